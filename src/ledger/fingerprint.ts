import { hash } from 'node:crypto'
import type { JsonValue } from '../model/json.ts'
import { canonicalJson } from './canonical-json.ts'

/** SHA-256 over the canonical text of a raw record without its volatile top-level fields, as 64 hex digits. */
export function contentHash(content: JsonValue, volatile: readonly string[]): string {
  return hash('sha256', canonicalJson(content, volatile), 'hex')
}

/** Words (32 bits) of an identity in the memory of rows. */
export const identityWords = 4
/** Words (32 bits) of a content hash in the memory of rows. */
export const contentWords = 2

/**
 * Writes the first 16 bytes of SHA-256(`kind|id`) into `words`, big-endian: a row's identity within its source.
 * `kind` never holds a `|`, so two rows never share the hashed text.
 */
export function identity(kind: string, id: string, words: Uint32Array): void {
  const bytes = hash('sha256', `${kind}|${id}`, 'binary')
  for (let word = 0; word < identityWords; word++) words[word] = wordAt(bytes, word * 4)
}

/** Writes the first 8 bytes of a content hash given as hex into `words`, big-endian. */
export function contentPrefix(hex: string, words: Uint32Array): void {
  words[0] = Number.parseInt(hex.slice(0, 8), 16)
  words[1] = Number.parseInt(hex.slice(8, 16), 16)
}

function wordAt(bytes: string, at: number): number {
  return (
    ((bytes.charCodeAt(at) << 24) |
      (bytes.charCodeAt(at + 1) << 16) |
      (bytes.charCodeAt(at + 2) << 8) |
      bytes.charCodeAt(at + 3)) >>>
    0
  )
}
