import type { Auth } from '../model/provider.ts'
import { originTest } from './egress.ts'
import type { WireSend } from './wire.ts'

/**
 * Adds the source's credentials to requests that go to its own origins, and to no other. Here they are revealed, and
 * nothing outside of this wrapper sees the request that carries them.
 */
export function withCredentials(send: WireSend, auth: Auth, origins: readonly string[]): WireSend {
  const isOwn = originTest(origins)
  return async (request, options) =>
    send(isOwn(request.url) ? { ...request, headers: merged(request.headers ?? {}, auth) } : request, options)
}

/** In lower case, so that a credential replaces the same header of the request instead of standing beside it. */
function merged(headers: Readonly<Record<string, string>>, auth: Auth): Record<string, string> {
  const own = Object.entries(headers)
  const secret = Object.entries(auth.headers).map(([name, value]) => [name, value.reveal()] as const)
  return Object.fromEntries([...own, ...secret].map(([name, value]) => [name.toLowerCase(), value]))
}
