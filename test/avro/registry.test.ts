import { inspect } from 'node:util'
import { describe, expect, test } from 'vitest'
import { decoder } from '../../src/avro/decode.ts'
import { createCdrEncoder } from '../../src/avro/encode.ts'
import { checkSchemas, openRegistry, registerSchemas, schemaIds } from '../../src/avro/registry.ts'
import { eventSchemas } from '../../src/avro/schemas.ts'
import { RingtailError } from '../../src/model/errors.ts'
import { Secret } from '../../src/model/secret.ts'
import type { RegistrySettings, TopicNames } from '../../src/model/settings.ts'
import { sampleChange } from './samples.ts'
import { type Fault, startStubRegistry } from './stub-registry.ts'

const topics: TopicNames = {
  cdr: 'cdr',
  recordingReady: 'recording',
  transcriptReady: 'transcript',
  mediaUnavailable: 'unavailable',
  deadLetter: 'dead',
  checkpoints: 'checkpoints',
}
const subjects = ['cdr-value', 'recording-value', 'transcript-value', 'unavailable-value']
const timeoutMs = 100

function settingsFor(url: string, rest: Partial<RegistrySettings> = {}): RegistrySettings {
  return { url, username: undefined, password: undefined, register: true, ...rest }
}

function open(url: string, rest: Partial<RegistrySettings> = {}) {
  return openRegistry(settingsFor(url, rest), timeoutMs)
}

async function failureOf(work: Promise<unknown>): Promise<RingtailError> {
  const error = await work.then(
    () => undefined,
    (reason: unknown) => reason,
  )
  if (error instanceof RingtailError) return error
  throw new Error('it did not fail as it should', { cause: error })
}

describe.each([false, true])('a registry, of Apicurio: %s', (isApicurio) => {
  test('gets the schemas, at FULL_TRANSITIVE, once', async () => {
    const stub = await startStubRegistry({ isApicurio })
    const ids = await schemaIds(open(stub.url), topics)
    expect([...ids.keys()]).toEqual(subjects)
    expect(new Set(ids.values()).size).toBe(4)
    expect([...stub.levels]).toEqual(expect.arrayContaining(subjects.map((subject) => [subject, 'FULL_TRANSITIVE'])))
    expect(stub.subjects.get('cdr-value')).toEqual([JSON.stringify(eventSchemas.cdr)])

    const asked = stub.requests.length
    expect(await schemaIds(open(stub.url), topics)).toEqual(ids)
    expect(
      stub.requests
        .slice(asked)
        .map((request) => request.asked)
        .sort(),
    ).toEqual(subjects.map((subject) => `POST /subjects/${subject}`))
    expect(await registerSchemas(open(stub.url), topics)).toEqual(ids)
  })

  test('gets its level corrected before it is registered with', async () => {
    const stub = await startStubRegistry({ isApicurio })
    stub.subjects.set('cdr-value', ['"string"'])
    if (!isApicurio) stub.levels.set('cdr-value', 'BACKWARD')
    await registerSchemas(open(stub.url), topics)
    const asked = stub.requests.map((request) => request.asked)
    expect(asked.indexOf('PUT /config/cdr-value')).toBeGreaterThan(-1)
    expect(asked.indexOf('PUT /config/cdr-value')).toBeLessThan(asked.indexOf('POST /subjects/cdr-value/versions'))
    expect(stub.levels.get('cdr-value')).toBe('FULL_TRANSITIVE')
  })

  test('is only asked by a check', async () => {
    const stub = await startStubRegistry({ isApicurio })
    const none = { id: undefined, isCompatible: true, compatibilityLevel: undefined }
    const before = await checkSchemas(open(stub.url), topics)
    expect(before[0]).toEqual({ subject: 'cdr-value', schema: 'ringtail.v1.NormalizedCdr', ...none })
    expect(stub.requests.filter(({ asked }) => asked.startsWith('PUT') || asked.endsWith('/versions'))).toEqual([])

    const ids = await registerSchemas(open(stub.url), topics)
    expect(await checkSchemas(open(stub.url), topics)).toMatchObject(
      subjects.map((subject) => ({
        subject,
        id: ids.get(subject),
        isCompatible: true,
        compatibilityLevel: 'FULL_TRANSITIVE',
      })),
    )
  })
})

test('schemas that are not there are missed where none may be registered', async () => {
  const stub = await startStubRegistry()
  const error = await failureOf(schemaIds(open(stub.url, { register: false }), topics))
  expect(error).toMatchObject({ code: 'RT-SCHEMA-MISSING', retryable: false })
  expect(stub.subjects.size).toBe(0)
  expect(stub.requests.every(({ asked }) => subjects.some((subject) => asked === `POST /subjects/${subject}`))).toBe(
    true,
  )

  const ids = await registerSchemas(open(stub.url), topics)
  expect(await schemaIds(open(stub.url, { register: false }), topics)).toEqual(ids)
})

describe('credentials', () => {
  const basic = `Basic ${Buffer.from('user:pass:word').toString('base64')}`

  test('are sent', async () => {
    const stub = await startStubRegistry()
    await schemaIds(open(stub.url, { username: 'user', password: new Secret('pass:word') }), topics)
    expect(new Set(stub.requests.map(({ authorization }) => authorization))).toEqual(new Set([basic]))
  })

  test('may be in the address, and are not shown', async () => {
    const stub = await startStubRegistry({ fault: () => ({ status: 500, body: '{"message":"broken"}' }) })
    const url = `${stub.url.replace('//', '//user:pass%3Aword@')}/`
    const error = await failureOf(schemaIds(open(url), topics))
    expect(stub.requests[0]).toMatchObject({ asked: expect.stringMatching('^POST /subjects/'), authorization: basic })
    expect(error.message).toContain(`the schema registry at ${stub.url} could not look up`)
    expect(inspect(error, { depth: 10, showHidden: true })).not.toMatch(/pass|word@/)
  })
})

describe('a registry that fails', () => {
  const json = (status: number): Fault => ({ status, body: '{"error_code":1,"message":"so it says"}' })
  const html: Fault = { status: 200, body: '<html>Please log in</html>' }

  test.each<[string, Fault, object]>([
    ['with 500', json(500), { code: 'RT-REGISTRY-DOWN', retryable: true, status: 500 }],
    ['with 502 and HTML', { status: 502, body: '<html>' }, { code: 'RT-REGISTRY-DOWN', retryable: true, status: 502 }],
    ['with 429', json(429), { code: 'RT-REGISTRY-DOWN', retryable: true, status: 429 }],
    ['with 401', json(401), { code: 'RT-REGISTRY-AUTH-401', retryable: false, status: 401 }],
    ['with 403', json(403), { code: 'RT-REGISTRY-AUTH-403', retryable: false, status: 403 }],
    ['with 405', json(405), { code: 'RT-REGISTRY-REFUSED', retryable: false, status: 405 }],
    ['with a login page', html, { code: 'RT-REGISTRY-ANSWER', retryable: true, status: undefined }],
    ['by saying nothing', 'hang', { code: 'RT-REGISTRY-DOWN', retryable: true, status: undefined }],
    ['in the middle of its answer', 'cut', { code: 'RT-REGISTRY-DOWN', retryable: true, status: undefined }],
  ])('%s is told with its code, after one request', async (_, fault, expected) => {
    const stub = await startStubRegistry({ fault: () => fault })
    const error = await failureOf(schemaIds(open(stub.url), topics))
    expect(error).toMatchObject(expected)
    expect(error.message).toContain(stub.url)
    expect(error.advice).toMatch(/\.$/)
    expect(stub.requests.filter(({ asked }) => asked.endsWith('/cdr-value'))).toHaveLength(1)
  })

  test('to be there is told with its code', async () => {
    const error = await failureOf(schemaIds(open('http://127.0.0.1:1'), topics))
    expect(error).toMatchObject({ code: 'RT-REGISTRY-DOWN', retryable: true, status: undefined })
    expect(error.message).toContain('value: connect ECONNREFUSED')
  })

  test('when it is asked for a level is told with its code', async () => {
    const stub = await startStubRegistry({ fault: (asked) => (asked.startsWith('PUT') ? json(403) : undefined) })
    const error = await failureOf(schemaIds(open(stub.url), topics))
    expect(error).toMatchObject({ code: 'RT-REGISTRY-AUTH-403', retryable: false })
    expect(stub.subjects.size).toBe(0)
  })

  test.each([409, 422])('with %i refuses the schema', async (status) => {
    const fault = (asked: string) => (asked === 'POST /subjects/cdr-value/versions' ? json(status) : undefined)
    const stub = await startStubRegistry({ fault })
    const error = await failureOf(schemaIds(open(stub.url), topics))
    expect(error).toMatchObject({ code: 'RT-SCHEMA-INCOMPATIBLE', retryable: false, status })
    expect(error.message).toContain('could not register the schema of cdr-value: so it says')
  })

  test('a check shows what it would refuse', async () => {
    const refuses: Fault = { status: 200, body: '{"is_compatible":false}' }
    const stub = await startStubRegistry({
      fault: (asked) => (asked.startsWith('POST /compatibility/subjects/cdr-value') ? refuses : undefined),
    })
    stub.subjects.set('cdr-value', ['"string"'])
    const standings = await checkSchemas(open(stub.url), topics)
    expect(standings.map(({ isCompatible }) => isCompatible)).toEqual([false, true, true, true])
  })
})

describe('a decoder', () => {
  test('reads what the encoder writes, and asks for a schema once', async () => {
    const stub = await startStubRegistry()
    const ids = await registerSchemas(open(stub.url), topics)
    const value = createCdrEncoder(ids.get('cdr-value') ?? 0)(sampleChange)
    const asked = stub.requests.length
    const decode = decoder(settingsFor(stub.url))
    const event = { ...sampleChange.head, schemaVersion: 1, isLate: false, ...sampleChange.fields }
    expect(await Promise.all([decode(value), decode(value)])).toEqual([event, event])
    expect(await decode(value)).toEqual(event)
    expect(stub.requests.length - asked).toBe(1)
  })

  test.each([
    ['is empty', Buffer.alloc(0)],
    ['is text', Buffer.from('{"id":1}')],
    ['is cut off', Buffer.from([0, 0, 0, 0, 1, 4, 65])],
  ])('refuses what %s', async (_, value) => {
    const stub = await startStubRegistry()
    await registerSchemas(open(stub.url), topics)
    const error = await failureOf(decoder(settingsFor(stub.url))(value))
    expect(error).toMatchObject({ code: 'RT-EVENT-UNREADABLE', retryable: false })
  })

  test('says so where the registry has no such schema', async () => {
    const stub = await startStubRegistry()
    const error = await failureOf(decoder(settingsFor(stub.url))(Buffer.from([0, 0, 0, 0, 9, 0])))
    expect(error).toMatchObject({ code: 'RT-REGISTRY-REFUSED', status: 404 })
  })
})
