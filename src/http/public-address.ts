import dns from 'node:dns'
import net, { type LookupFunction } from 'node:net'
import { RingtailError } from '../model/errors.ts'

/** Decides what may be dialled when an address was not written by the operator but came from a provider. */
export interface AddressGuard {
  /** Resolves names, and fails where any of their addresses is not public. Called at dial time: rebinding is in vain. */
  readonly lookup: LookupFunction
  /** Throws `RT-HTTP-EGRESS` unless the scheme is allowed and the host, where it is an IP literal, is public. */
  assertAllowed(url: URL): void
}

/** What tests need to run the guard against this machine. Never set where a provider's addresses are followed. */
export interface GuardExceptions {
  readonly allowHttp?: boolean
  readonly allowLoopback?: boolean
  readonly resolve?: typeof dns.lookup
}

/** Everything IPv4 that is not the public internet (IANA special-purpose registry), loopback apart. */
const specialIpv4: readonly (readonly [net: string, prefix: number])[] = [
  ['0.0.0.0', 8],
  ['10.0.0.0', 8],
  ['100.64.0.0', 10],
  ['169.254.0.0', 16],
  ['172.16.0.0', 12],
  ['192.0.0.0', 24],
  ['192.0.2.0', 24],
  ['192.88.99.0', 24],
  ['192.168.0.0', 16],
  ['198.18.0.0', 15],
  ['198.51.100.0', 24],
  ['203.0.113.0', 24],
  ['224.0.0.0', 4],
  ['240.0.0.0', 4],
]

/** IPv6 is public in 2000::/3 only (so v4-mapped, NAT64, private and link-local are out), less what tunnels IPv4 there. */
const specialIpv6: readonly (readonly [net: string, prefix: number])[] = [
  ['::', 3],
  ['4000::', 2],
  ['8000::', 1],
  ['2001::', 23],
  ['2001:db8::', 32],
  ['2002::', 16],
  ['3fff::', 20],
]

/** A guard that lets only public addresses through, and only https. */
export function publicAddresses(exceptions: GuardExceptions = {}): AddressGuard {
  // Two lists: one would take every IPv4 address for its v4-mapped twin in ::/3.
  const ipv4 = new net.BlockList()
  const ipv6 = new net.BlockList()
  for (const [address, prefix] of specialIpv4) ipv4.addSubnet(address, prefix, 'ipv4')
  for (const [address, prefix] of specialIpv6) ipv6.addSubnet(address, prefix, 'ipv6')
  if (exceptions.allowLoopback !== true) ipv4.addSubnet('127.0.0.0', 8, 'ipv4')
  const isDenied = (address: string): boolean =>
    net.isIPv6(address) ? ipv6.check(address, 'ipv6') : ipv4.check(address, 'ipv4')
  const resolve = exceptions.resolve ?? dns.lookup

  return {
    lookup(host, options, answer) {
      resolve(host, { ...options, all: true }, (error, addresses) => {
        const [first] = addresses ?? []
        if (error !== null) answer(error, [])
        else if (first === undefined || addresses.some(({ address }) => isDenied(address))) {
          answer(refused(`the name ${host} does not stand for a public address`), [])
        } else if (options.all === true) answer(null, addresses)
        else answer(null, first.address, first.family)
      })
    },
    assertAllowed(url) {
      if (url.protocol !== 'https:' && !(exceptions.allowHttp === true && url.protocol === 'http:')) {
        throw refused(`addresses with ${url.protocol} are not followed`)
      }
      if (url.username !== '' || url.password !== '') throw refused('addresses with credentials are not followed')
      // Every spelling of an IP address (2130706433, 0x7f.1) has become the usual one when the URL was parsed.
      const host = url.hostname.replace(/^\[|\]$/g, '')
      if (net.isIP(host) !== 0 && isDenied(host)) throw refused(`${host} is not a public address`)
    },
  }
}

/**
 * Where a redirect leads, to be asked by hand and without the credentials of the source. Throws `RT-HTTP-EGRESS` where
 * the guard refuses it, where it leaves https, and where it is no address at all.
 */
export function redirectTarget(from: URL, location: string | undefined, guard: AddressGuard): URL {
  const target = location === undefined ? null : URL.parse(location, from.href)
  if (target === null) throw refused('the redirect names no address')
  guard.assertAllowed(target)
  if (from.protocol === 'https:' && target.protocol !== 'https:') throw refused('the redirect leaves https')
  return target
}

const refused = (what: string): RingtailError =>
  new RingtailError(`Refused to follow an address of the provider: ${what}`, {
    code: 'RT-HTTP-EGRESS',
    retryable: false,
    advice:
      'Nothing to do here. If the address is right, tell the provider: Ringtail follows only public https addresses.',
  })
