import { inspect } from 'node:util'
import { describe, expect, test } from 'vitest'
import { carrierx } from '../../../src/providers/carrierx/carrierx.ts'
import { fakeAnswer } from '../../fakes.ts'
import { sampleRecord } from './call-drs-api.ts'

const facts = { name: 'source', account: 'account', defaultRegion: undefined, keep: [] }
const opened = (own: object = {}) => carrierx.open(carrierx.settings.parse({ token: 'secret-token', ...own }), facts)

describe('settings', () => {
  test('have defaults', () => {
    const { token, ...rest } = carrierx.settings.parse({ token: ' secret-token\n' })
    expect(rest).toEqual({ baseUrl: 'https://api.carrierx.com', limit: 1000, currency: 'USD' })
    expect(token.reveal()).toBe('secret-token')
  })

  test.each([
    ['no token', { token: undefined }],
    ['an empty token', { token: ' ' }],
    ['a token of two words', { token: 'a b' }],
    ['http to elsewhere', { baseUrl: 'http://api.carrierx.com' }],
    ['no address', { baseUrl: 'api.carrierx.com' }],
    ['a limit of 0', { limit: 0 }],
    ['a limit of 1001', { limit: 1001 }],
    ['a limit that is no whole number', { limit: 1.5 }],
    ['a currency that is none', { currency: 'dollars' }],
    ['an unknown key', { tokn: 'x' }],
  ])('%s is refused', (_, own) => {
    expect(carrierx.settings.safeParse({ token: 'secret-token', ...own }).success).toBe(false)
  })
})

test('T25: the token is in the authorization header and can not be printed', () => {
  const source = opened()
  expect(source.auth.headers['authorization']?.reveal()).toBe('Bearer secret-token')
  expect(inspect(source, { depth: 9 }) + JSON.stringify(source)).not.toContain('secret-token')
})

test('T24: only the configured origin is asked', () => {
  expect(opened({ baseUrl: 'http://127.0.0.1:8080/proxy/' }).origins).toEqual(['http://127.0.0.1:8080'])
})

test('a path in the base address is kept', () => {
  const { lookup, range } = opened({ baseUrl: 'http://localhost:8080/proxy/' })
  const path = '/proxy/core/v2/calls/call_drs'
  expect(range.request(range.start({ fromMs: 0, toMs: 1 })).url.pathname).toBe(path)
  expect(lookup?.request('a/b?c').url.href).toBe(`http://localhost:8080${path}/a%2Fb%3Fc`)
})

describe('T27: one record by its sid', () => {
  const { lookup } = opened()

  test('is read as in a list', async () => {
    const row = await lookup?.read(fakeAnswer({ body: sampleRecord() }))
    expect(row?.id).toBe('c02a73b2-8401-459a-af7e-f4cc3eee7854')
    expect(row?.normalize().durationMs).toBe(4250)
    expect(row?.rawText()).toBe(JSON.stringify(sampleRecord()))
  })

  test('404: it expired', async () => {
    expect(lookup?.request('x').expect).toEqual([404])
    expect(
      await lookup?.read(fakeAnswer({ status: 404, body: { errors: ['Cannot find item by SID x'] } })),
    ).toBeUndefined()
  })

  test('anything else is no record', async () => {
    await expect(lookup?.read(fakeAnswer({ body: { items: [] } }))).rejects.toMatchObject({ code: 'RT-ANSWER-SHAPE' })
  })
})
