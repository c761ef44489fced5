import { RingtailError } from '../model/errors.ts'
import { shownUrl } from './shown-url.ts'
import type { WireSend } from './wire.ts'

/**
 * Sends only to the source's own origins; anything else throws `RT-HTTP-EGRESS` before it waits or costs a request.
 * Plain http passes only where the origin was configured so.
 */
export function withEgress(send: WireSend, source: string, origins: readonly string[]): WireSend {
  const isAllowed = originTest(origins)
  return async (request, options) => {
    if (!isAllowed(request.url)) throw refused(source, request.url)
    return send(request, options)
  }
}

/**
 * Tells whether scheme, host and port are exactly those of one of `origins`, and the address carries no credentials.
 * Throws `TypeError` where one of the origins is none.
 */
export function originTest(origins: readonly string[]): (url: URL) => boolean {
  const allowed = new Set(origins.map(webOrigin))
  return (url) => url.username === '' && url.password === '' && allowed.has(url.origin)
}

function webOrigin(text: string): string {
  const url = URL.parse(text)
  if (url?.protocol !== 'https:' && url?.protocol !== 'http:') throw new TypeError('an origin must be http or https')
  return url.origin
}

const refused = (source: string, url: URL): RingtailError =>
  new RingtailError(`${source}: refused to ask ${shownUrl(url)}: not an origin of this source`, {
    code: 'RT-HTTP-EGRESS',
    retryable: false,
    advice: `Check the addresses that are configured for source "${source}". If they are right, the provider's answer led elsewhere: report it.`,
  })
