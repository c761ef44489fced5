import { RingtailError } from '../model/errors.ts'
import type { FeedMark } from '../model/feed-mark.ts'
import { contentWords, identityWords } from './fingerprint.ts'

const version = 1
const entryWords = identityWords + contentWords + 1
const entryBytes = entryWords * 4

/** What the key of a checkpoint record says. Kinds that this version does not know are left alone. */
export type CheckpointKey =
  | { readonly kind: 'cursor'; readonly source: string; readonly feed: string }
  | { readonly kind: 'seen'; readonly source: string; readonly hour: number; readonly n: number }
  | { readonly kind: 'unknown'; readonly source: string }

/** The value of a cursor record: the number of the transaction that wrote it, and where the feed stood. */
export interface Cursor {
  readonly seq: number
  readonly mark: FeedMark
}

export function cursorKey(source: string, feed: string): string {
  return `cursor|${source}|${feed}`
}

/** The key of the n-th seen record that a source wrote in an hour (hours since 1970). */
export function seenKey(source: string, hour: number, n: number): string {
  return `seen|${source}|${hour}|${n}`
}

export function parseKey(text: string): CheckpointKey {
  const [kind, source = '', third = '', fourth = ''] = text.split('|')
  if (kind === 'cursor') return { kind, source, feed: third }
  if (kind === 'seen') return { kind, source, hour: Number(third), n: Number(fourth) }
  return { kind: 'unknown', source }
}

export function cursorValue(cursor: Cursor): Buffer {
  const text = JSON.stringify(cursor)
  const value = Buffer.allocUnsafe(1 + Buffer.byteLength(text))
  value[0] = version
  value.write(text, 1)
  return value
}

/** Throws `RT-CHECKPOINT-VERSION` where a newer Ringtail wrote the record. */
export function parseCursor(value: Buffer): Cursor {
  assertVersion(value)
  return JSON.parse(value.toString('utf8', 1)) as Cursor
}

/** Rows to be remembered, gathered for one seen record. */
export class SeenEntries {
  #words = new Uint32Array(16 * entryWords)
  #length = 0

  get length(): number {
    return this.#length
  }

  add(id: Uint32Array, content: Uint32Array, revision: number): void {
    let at = this.#length * entryWords
    if (at === this.#words.length) {
      const larger = new Uint32Array(this.#words.length * 2)
      larger.set(this.#words)
      this.#words = larger
    }
    this.#words.set(id, at)
    at += identityWords
    this.#words[at] = content[0] ?? 0
    this.#words[at + 1] = content[1] ?? 0
    this.#words[at + 2] = revision
    this.#length++
  }

  /** Version byte, then 28 bytes a row: identity, content prefix, revision, big-endian. */
  toValue(): Buffer {
    const value = Buffer.allocUnsafe(1 + this.#length * entryBytes)
    value[0] = version
    for (let word = 0; word < this.#length * entryWords; word++)
      value.writeUInt32BE(this.#words[word] ?? 0, 1 + word * 4)
    return value
  }
}

/** Calls `each` for every row of a seen record; the arrays are used again for the next row. */
export function readSeen(value: Buffer, each: (id: Uint32Array, content: Uint32Array, revision: number) => void): void {
  assertVersion(value)
  if ((value.length - 1) % entryBytes !== 0) throw new Error('a seen record of the checkpoint topic is cut short')
  const id = new Uint32Array(identityWords)
  const content = new Uint32Array(contentWords)
  for (let at = 1; at + entryBytes <= value.length; at += entryBytes) {
    for (let word = 0; word < identityWords; word++) id[word] = value.readUInt32BE(at + word * 4)
    for (let word = 0; word < contentWords; word++) content[word] = value.readUInt32BE(at + 16 + word * 4)
    each(id, content, value.readUInt32BE(at + 24))
  }
}

function assertVersion(value: Buffer): void {
  if (value[0] === version) return
  throw new RingtailError(`a checkpoint record has version ${value[0]}, this Ringtail reads version ${version}`, {
    code: 'RT-CHECKPOINT-VERSION',
    retryable: false,
    advice: 'Run the version of Ringtail that wrote the checkpoint topic, or a newer one.',
  })
}
