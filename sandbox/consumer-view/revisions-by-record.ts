import type { EventStore, KeptEvent } from './event-store.ts'

/** A source's records with their events, unpacked as they are asked for; a `ConsumerView` for `compareWithTruth`. */
export class RevisionsByRecord implements ReadonlyMap<string, readonly KeptEvent[]> {
  readonly #store: EventStore
  readonly #source: string

  constructor(store: EventStore, source: string) {
    this.#store = store
    this.#source = source
  }

  get size(): number {
    return this.#store.recordCount(this.#source)
  }

  get(recordId: string): readonly KeptEvent[] | undefined {
    return this.#store.revisions(this.#source, recordId)
  }

  has(recordId: string): boolean {
    return this.#store.latest(this.#source, recordId) !== undefined
  }

  keys(): MapIterator<string> {
    return this.#store.recordIds(this.#source)
  }

  *values(): Generator<readonly KeptEvent[], undefined> {
    for (const [, events] of this) yield events
    return undefined
  }

  *entries(): Generator<[string, readonly KeptEvent[]], undefined> {
    for (const recordId of this.keys()) yield [recordId, this.get(recordId) ?? []]
    return undefined
  }

  [Symbol.iterator](): Generator<[string, readonly KeptEvent[]], undefined> {
    return this.entries()
  }

  forEach(
    each: (events: readonly KeptEvent[], recordId: string, map: ReadonlyMap<string, readonly KeptEvent[]>) => void,
  ): void {
    for (const [recordId, events] of this) each(events, recordId, this)
  }
}
