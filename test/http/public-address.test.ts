import type { LookupAddress } from 'node:dns'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { type AddressGuard, publicAddresses, redirectTarget } from '../../src/http/public-address.ts'

const refused = expect.objectContaining({ code: 'RT-HTTP-EGRESS', retryable: false })
const guard = publicAddresses()

function refusal(act: () => unknown): unknown {
  try {
    return act()
  } catch (error) {
    return error
  }
}

describe('an address that is written as a number', () => {
  test.each([
    'https://127.0.0.1/',
    'https://2130706433/',
    'https://0x7f.1/',
    'https://0177.0.0.1/',
    'https://127.1/',
    'https://0/',
    'https://10.1.2.3/',
    'https://100.64.0.1/',
    'https://169.254.169.254/latest/meta-data',
    'https://172.16.0.1/',
    'https://172.31.255.255/',
    'https://192.168.1.1/',
    'https://192.0.0.1/',
    'https://198.18.0.1/',
    'https://224.0.0.1/',
    'https://255.255.255.255/',
    'https://[::]/',
    'https://[::1]/',
    'https://[::127.0.0.1]/',
    'https://[::ffff:127.0.0.1]/',
    'https://[::ffff:7f00:1]/',
    'https://[::ffff:10.0.0.1]/',
    'https://[64:ff9b::7f00:1]/',
    'https://[64:ff9b:1::a00:1]/',
    'https://[2002:7f00:1::]/',
    'https://[2001::1]/',
    'https://[2001:db8::1]/',
    'https://[fc00::1]/',
    'https://[fd12:3456::1]/',
    'https://[fe80::1]/',
    'https://[fec0::1]/',
    'https://[ff02::1]/',
    'https://１２７.０.０.１/',
    'https://127。0。0。1/',
  ])('%s is refused', (url) => {
    expect(refusal(() => guard.assertAllowed(new URL(url)))).toEqual(refused)
  })

  test.each(['https://8.8.8.8/', 'https://[2606:4700:4700::1111]/', 'https://172.32.0.1/', 'https://example.com/'])(
    '%s passes',
    (url) => guard.assertAllowed(new URL(url)),
  )

  test('is refused in every spelling of a private one', () => {
    fc.assert(
      fc.property(fc.constantFrom(0x0a000000, 0x7f000000, 0xa9fe0000, 0xc0a80000), fc.nat(0xffff), (net, host) => {
        const address = net + host
        const bytes = [24, 16, 8, 0].map((shift) => (address >>> shift) & 0xff)
        for (const spelled of [
          `${address}`,
          `0x${address.toString(16)}`,
          `0${address.toString(8)}`,
          bytes.join('.'),
          bytes.map((byte) => `0x${byte.toString(16)}`).join('.'),
          `${bytes[0]}.${address & 0xffffff}`,
          `[::ffff:${bytes.join('.')}]`,
        ]) {
          expect(refusal(() => guard.assertAllowed(new URL(`https://${spelled}/`)))).toEqual(refused)
        }
      }),
    )
  })
})

test.each(['http://example.com/', 'ftp://example.com/', 'file:///etc/passwd', 'data:,x', 'https://u:p@example.com/'])(
  '%s is not followed',
  (url) => {
    expect(refusal(() => guard.assertAllowed(new URL(url)))).toEqual(refused)
  },
)

describe('a name', () => {
  const standingFor = (...addresses: string[]): AddressGuard => {
    const found: LookupAddress[] = addresses.map((address) => ({ address, family: address.includes(':') ? 6 : 4 }))
    const resolve = ((_: string, __: unknown, done: (error: null, list: LookupAddress[]) => void) =>
      done(null, found)) as unknown as NonNullable<Parameters<typeof publicAddresses>[0]>['resolve']
    return publicAddresses({ ...(resolve === undefined ? {} : { resolve }) })
  }
  const lookup = (by: AddressGuard, all: boolean, host = 'media.example.com'): Promise<unknown> =>
    new Promise((resolve, reject) => {
      by.lookup(host, { all }, (error, address) => (error === null ? resolve(address) : reject(error)))
    })

  test.each([['127.0.0.1'], ['8.8.8.8', '10.0.0.1'], ['::1'], ['::ffff:169.254.169.254'], ['fe80::1%eth0'], []])(
    'that stands for %s %s is refused',
    async (...addresses) => {
      for (const all of [true, false]) {
        await expect(lookup(standingFor(...addresses.filter((a) => a !== undefined)), all)).rejects.toEqual(refused)
      }
    },
  )

  test('that stands for public addresses passes', async () => {
    const by = standingFor('8.8.8.8', '2606:4700:4700::1111')
    expect(await lookup(by, false)).toBe('8.8.8.8')
    expect(await lookup(by, true)).toHaveLength(2)
  })

  test('that nobody knows fails as names do, and localhost is refused by the real resolver', async () => {
    await expect(lookup(guard, true, 'nobody.invalid')).rejects.toMatchObject({ syscall: 'getaddrinfo' })
    await expect(lookup(guard, true, 'localhost')).rejects.toEqual(refused)
  })
})

describe('a redirect', () => {
  const from = new URL('https://media.example.com/recordings/1')

  test('is resolved by hand', () => {
    expect(redirectTarget(from, '../signed?x=1', guard).href).toBe('https://media.example.com/signed?x=1')
    expect(redirectTarget(from, 'https://storage.example.net/a', guard).origin).toBe('https://storage.example.net')
  })

  test.each([
    'http://example.com/',
    'https://169.254.169.254/',
    '//127.1/',
    'file:///etc/passwd',
    'https://',
    undefined,
  ])('to %s is refused', (location) => {
    expect(refusal(() => redirectTarget(from, location, guard))).toEqual(refused)
  })

  test('never leaves https, even where http may be asked', () => {
    const lenient = publicAddresses({ allowHttp: true })
    expect(refusal(() => redirectTarget(from, 'http://example.com/', lenient))).toEqual(refused)
    expect(redirectTarget(new URL('http://a.example/'), 'http://example.com/', lenient).protocol).toBe('http:')
  })
})
