import { redact } from './redact.ts'

const mask = '***'

/**
 * An address fit to be logged: origin, path without segments that look like tokens, numbers or addresses of people, and
 * the names of the query's parameters without their values. Never credentials or a fragment.
 */
export function shownUrl(url: URL): string {
  const path = url.pathname.split('/').map(shownPart).join('/')
  const names = [...new Set(url.searchParams.keys())].map(shownPart)
  return `${url.protocol}//${url.host}${path}${names.length === 0 ? '' : `?${names.join('&')}`}`
}

/** Judged as it reads once decoded; shown as it was written. */
function shownPart(part: string): string {
  const plain = decoded(part)
  return redact(plain) === plain ? part : mask
}

function decoded(part: string): string {
  try {
    return decodeURIComponent(part)
  } catch {
    return part
  }
}
