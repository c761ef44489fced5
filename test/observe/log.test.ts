import { describe, expect, test } from 'vitest'
import { RingtailError } from '../../src/model/errors.ts'
import { Secret } from '../../src/model/secret.ts'
import { createLog, describeError } from '../../src/observe/log.ts'

const canary = 'canary-5d1f7a'

/** The lines that a log writes. */
function written(use: (log: ReturnType<typeof createLog>) => void, level: 'info' | 'debug' = 'info'): string[] {
  const lines: string[] = []
  use(createLog(level, { write: (line) => lines.push(line) }))
  return lines
}

describe('the log', () => {
  test('writes a line of JSON with time, level, service and message', () => {
    const [line = ''] = written((log) => log.warn({ source: 'main', failures: 2 }, 'reading failed again'))
    expect(JSON.parse(line)).toEqual({
      level: 'warn',
      time: expect.stringMatching(/^\d{4}-\d\d-\d\dT.*Z$/),
      service: 'ringtail',
      source: 'main',
      failures: 2,
      msg: 'reading failed again',
    })
  })

  test('leaves out what is less important than its level', () => {
    const both = (log: ReturnType<typeof createLog>) => {
      log.debug('little')
      log.info('much')
    }
    expect(written(both)).toHaveLength(1)
    expect(written(both, 'debug')).toHaveLength(2)
  })

  test.each(['authorization', 'token', 'password', 'secret', 'apiKey', 'key', 'rawText', 'value'])(
    'never writes what is called %s, at the top or nested',
    (name) => {
      const lines = written((log) => {
        log.info({ [name]: canary }, 'at the top')
        log.info({ request: { [name]: canary, url: 'shown' } }, 'nested')
        log.info({ request: { headers: { [name]: canary } } }, 'nested twice')
        log.info({ records: [{ [name]: canary }] }, 'in a list')
        log.child({ request: { [name]: canary } }).info('of a child')
      })
      expect(lines).toHaveLength(5)
      expect(lines.join('')).not.toContain(canary)
      expect(lines.join('').match(/\[redacted\]/g)).toHaveLength(5)
      expect(lines.join('')).toContain('shown')
    },
  )

  test('never writes a secret, whatever it is called and however deep it lies', () => {
    const secret = new Secret(canary)
    const lines = written((log) => {
      log.info({ a: { b: { c: { d: { e: secret } } } } }, 'deep')
      log.info({ list: [secret], text: String(secret) }, 'spelled out')
      log.info('formatted: %s %o %j', secret, { secret }, secret)
    })
    expect(lines).toHaveLength(3)
    expect(lines.join('')).not.toContain(canary)
  })

  test('never writes what libraries hang on their errors, causes included', () => {
    const request = { headers: { authorization: `Bearer ${canary}` } }
    const deepest = Object.assign(new Error('socket hang up'), { config: request, body: canary })
    const middle = Object.assign(new Error('sending failed', { cause: deepest }), { request })
    const outer = new RingtailError('the provider refused', {
      code: 'RT-AUTH-401',
      retryable: true,
      advice: 'Renew it.',
      cause: middle,
    })
    const lines = written((log) => {
      log.warn({ err: outer }, 'understood')
      log.warn({ err: middle }, 'not understood')
      log.error(deepest)
    })
    expect(lines).toHaveLength(3)
    expect(lines.join('')).not.toContain(canary)
    expect(JSON.parse(lines[0] ?? '').err).toEqual({
      message: 'the provider refused: sending failed: socket hang up',
      code: 'RT-AUTH-401',
      advice: 'Renew it.',
    })
  })
})

describe('describeError', () => {
  const known = new RingtailError('no broker answers', {
    code: 'RT-KAFKA-DOWN',
    retryable: true,
    advice: 'Start Kafka.',
  })

  test('shows code and advice, also of an error further down, and no stack then', () => {
    expect(describeError(known)).toEqual({
      message: 'no broker answers',
      code: 'RT-KAFKA-DOWN',
      advice: 'Start Kafka.',
    })
    expect(describeError(new Error('the ledger is spent', { cause: known }))).toEqual({
      message: 'the ledger is spent: no broker answers',
      code: 'RT-KAFKA-DOWN',
      advice: 'Start Kafka.',
    })
  })

  test('shows type and stack of an error that is not understood', () => {
    expect(describeError(new TypeError('odd'))).toEqual({
      message: 'odd',
      type: 'TypeError',
      stack: expect.stringContaining('log.test.ts'),
    })
  })

  test('says nothing twice, and ends with causes that go in a circle', () => {
    const inner = new Error('reset')
    const outer = new Error('sending failed: reset', { cause: inner })
    inner.cause = outer
    expect(describeError(outer)).toMatchObject({ message: 'sending failed: reset' })
  })

  test('shows what is thrown and is no error', () => {
    expect(describeError('odd')).toEqual({ message: 'odd' })
    expect(describeError(new Error('failed', { cause: 'odd' }))).toMatchObject({ message: 'failed: odd' })
  })
})
