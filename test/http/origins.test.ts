import { describe, expect, test } from 'vitest'
import { withCredentials } from '../../src/http/credentials.ts'
import { originTest, withEgress } from '../../src/http/egress.ts'
import { Secret } from '../../src/model/secret.ts'
import { fakeSend, get, sendOptions } from './fakes.ts'

const origins = ['https://api.example.com/v1/', 'http://localhost:8080']
const auth = { headers: { Authorization: new Secret('Bearer s3cret'), 'X-Api-Key': new Secret('k3y') } }

const own = ['https://api.example.com/other?x=1', 'https://API.example.com:443/', 'http://localhost:8080/calls']
const foreign = [
  'http://api.example.com/',
  'https://api.example.com:8443/',
  'https://api.example.com.evil.net/',
  'https://evil.net/api.example.com',
  'https://api.example.com@evil.net/',
  'https://user:pw@api.example.com/',
  'https://sub.api.example.com/',
  'https://api.example.com./',
  'https://localhost:8080/',
  'file:///etc/passwd',
  'data:,x',
]

describe('egress', () => {
  test.each(own)('%s is asked', async (url) => {
    const inner = fakeSend()
    await withEgress(inner, 'main', origins)(get(url), sendOptions())
    expect(inner.requests).toHaveLength(1)
  })

  test.each(foreign)('%s is refused', async (url) => {
    const inner = fakeSend()
    const failure = withEgress(inner, 'main', origins)(get(url), sendOptions())
    await expect(failure).rejects.toMatchObject({ code: 'RT-HTTP-EGRESS', retryable: false })
    await expect(failure).rejects.not.toThrow(/:pw|user/)
    expect(inner.requests).toHaveLength(0)
  })

  test.each(['file:///etc', 'nonsense', 'ftp://host'])('%s is no origin', (origin) => {
    expect(() => originTest([origin])).toThrow(TypeError)
  })
})

describe('credentials', () => {
  test.each(own)('go to %s', async (url) => {
    const inner = fakeSend()
    const headers = { Accept: 'text/csv', AUTHORIZATION: 'none' }
    await withCredentials(inner, auth, origins)(get(url, { headers }), sendOptions())
    expect(inner.requests[0]?.headers).toEqual({
      accept: 'text/csv',
      authorization: 'Bearer s3cret',
      'x-api-key': 'k3y',
    })
  })

  test.each(foreign)('do not go to %s', async (url) => {
    const inner = fakeSend()
    await withCredentials(inner, auth, origins)(get(url), sendOptions())
    expect(inner.requests[0]?.headers).toBeUndefined()
  })
})
