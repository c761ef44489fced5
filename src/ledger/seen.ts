import { contentWords, identityWords } from './fingerprint.ts'

const content = identityWords
const revision = content + contentWords
const hour = revision + 1
const observed = hour + 1
const wordsPerSlot = observed + 1

const smallestCapacity = 64
/** Grown by a third at this ratio, a large memory is never less than 60 % full: at most 60 bytes a row. */
const fullestRatio = 0.8
const growth = 4 / 3

/** Of a slot: 16 bytes of identity, 8 of content hash, then revision, hour and tick of observation, 4 each. */
export const bytesPerSlot = wordsPerSlot * 4

/**
 * The memory of one source's rows: open addressing with linear probing in one typed array.
 *
 * A slot is empty where its hour is 0. The tick of observation is that of the answer with the known content (see
 * `SourceLedger.tick`); it does not outlive the process, and 0 stands for "before every question".
 */
export class Seen {
  #capacity = smallestCapacity
  #size = 0
  #words = new Uint32Array(smallestCapacity * wordsPerSlot)
  /** Slot and former words of every put since `begin`. */
  readonly #undo: number[] = []

  /** How many rows are remembered. */
  get size(): number {
    return this.#size
  }

  /** Bytes held by the memory. */
  get bytes(): number {
    return this.#words.byteLength
  }

  /** The slot of an identity, or -1 where it is not known. Good until the next `begin`, `undo` or `forgetUntil`. */
  find(id: Uint32Array): number {
    const slot = this.#probe(id)
    return this.#word(slot, hour) === 0 ? -1 : slot
  }

  /** Whether the row in `slot` has the content with this prefix. */
  hasContent(slot: number, prefix: Uint32Array): boolean {
    return this.#word(slot, content) === prefix[0] && this.#word(slot, content + 1) === prefix[1]
  }

  revision(slot: number): number {
    return this.#word(slot, revision)
  }

  /** The hour (since 1970) that the row was last recorded in. */
  hour(slot: number): number {
    return this.#word(slot, hour)
  }

  observed(slot: number): number {
    return this.#word(slot, observed)
  }

  /** The first 8 bytes of the content hash in `slot`, as 16 hex digits. */
  contentHex(slot: number): string {
    const hex = (at: number) => this.#word(slot, at).toString(16).padStart(8, '0')
    return hex(content) + hex(content + 1)
  }

  /** Makes room for `rows` more, so that none of their puts moves a slot, and starts what `undo` would take back. */
  begin(rows: number): void {
    const capacity = capacityFor(this.#size + rows, this.#capacity)
    if (capacity !== this.#capacity) this.#rebuild(capacity, 0)
    this.#undo.length = 0
  }

  /** Remembers a row, new or known. */
  put(id: Uint32Array, prefix: Uint32Array, atRevision: number, atHour: number, atObserved: number): void {
    const slot = this.#probe(id)
    const at = slot * wordsPerSlot
    const words = this.#words
    this.#undo.push(at)
    for (let word = content; word < wordsPerSlot; word++) this.#undo.push(words[at + word] ?? 0)
    if (words[at + hour] === 0) {
      this.#size++
      words.set(id, at)
    }
    words[at + content] = prefix[0] ?? 0
    words[at + content + 1] = prefix[1] ?? 0
    words[at + revision] = atRevision
    words[at + hour] = atHour
    words[at + observed] = atObserved
  }

  /** Takes back every put since the last `begin`, newest first. */
  undo(): void {
    const saved = wordsPerSlot - content
    for (let from = this.#undo.length - saved - 1; from >= 0; from -= saved + 1) {
      const at = this.#undo[from] ?? 0
      for (let word = 0; word < saved; word++) this.#words[at + content + word] = this.#undo[from + 1 + word] ?? 0
      if (this.#words[at + hour] === 0) this.#size--
    }
    this.#undo.length = 0
  }

  /** Forgets every row that was last recorded in `lastHour` or before; says how many those were. */
  forgetUntil(lastHour: number): number {
    let due = 0
    for (let slot = 0; slot < this.#capacity; slot++) {
      const recorded = this.#word(slot, hour)
      if (recorded !== 0 && recorded <= lastHour) due++
    }
    if (due === 0) return 0
    this.#rebuild(capacityFor(this.#size - due, smallestCapacity), lastHour)
    this.#undo.length = 0
    return due
  }

  #word(slot: number, word: number): number {
    return this.#words[slot * wordsPerSlot + word] ?? 0
  }

  /** The slot of this identity, or the empty one where it belongs. */
  #probe(id: Uint32Array): number {
    const words = this.#words
    const capacity = this.#capacity
    for (let slot = home(id[3] ?? 0, capacity); ; slot = slot + 1 === capacity ? 0 : slot + 1) {
      const at = slot * wordsPerSlot
      if (words[at + hour] === 0) return slot
      if (words[at] === id[0] && words[at + 1] === id[1] && words[at + 2] === id[2] && words[at + 3] === id[3]) {
        return slot
      }
    }
  }

  /** Moves every row recorded after `lastHour` into a new array. */
  #rebuild(capacity: number, lastHour: number): void {
    const from = this.#words
    const to = new Uint32Array(capacity * wordsPerSlot)
    let size = 0
    for (let at = 0; at < from.length; at += wordsPerSlot) {
      if ((from[at + hour] ?? 0) <= lastHour) continue
      let slot = home(from[at + 3] ?? 0, capacity)
      while (to[slot * wordsPerSlot + hour] !== 0) slot = slot + 1 === capacity ? 0 : slot + 1
      for (let word = 0; word < wordsPerSlot; word++) to[slot * wordsPerSlot + word] = from[at + word] ?? 0
      size++
    }
    this.#words = to
    this.#capacity = capacity
    this.#size = size
  }
}

/** The slot that a word of an identity, which is as good as random, asks for. */
function home(word: number, capacity: number): number {
  return Math.floor((word / 2 ** 32) * capacity)
}

/** The capacity that `rows` need, grown from `from`. */
function capacityFor(rows: number, from: number): number {
  let capacity = from
  while (rows > capacity * fullestRatio) capacity = Math.ceil(capacity * growth)
  return capacity
}
