import { z } from 'zod'

/**
 * The setting of a provider's address: https, or http on this machine only, since credentials go there. A path is kept
 * as a prefix; user, query and fragment are refused. The parsed setting is the address without a slash at its end.
 */
export function baseUrl(fallback: string) {
  return z
    .string()
    .refine(isBaseUrl, 'must be an https address without user, query or fragment (http only on this machine)')
    .transform((text) => new URL(text).href.replace(/\/+$/, ''))
    .prefault(fallback)
}

function isBaseUrl(text: string): boolean {
  const url = URL.parse(text)
  if (url === null || url.username !== '' || url.password !== '' || /[?#]/.test(text)) return false
  return url.protocol === 'https:' || (url.protocol === 'http:' && isLoopback(url.hostname))
}

function isLoopback(hostname: string): boolean {
  return /^(?:127\.\d+\.\d+\.\d+|\[::1\]|localhost|.+\.localhost)$/.test(hostname)
}
