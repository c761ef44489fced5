import type { Reading } from '../model/feed-mark.ts'
import type { TopicRecord } from '../model/topic-record.ts'
import { SeenEntries } from './checkpoint.ts'
import { emptyParcel, type PageOutcome, type Parcel } from './parcel.ts'

/** Rows of one seen record: a third of what a batch may hold. */
const mostEntries = 10_000

/** The parcels of one page while they are being made. */
export class Draft {
  readonly parcels: Parcel[] = []
  readonly outcome: PageOutcome
  /** Rows that are updated, by identity. */
  readonly updates: string[] = []
  readonly hour: number
  readonly #source: string
  readonly #reading: Reading
  readonly #seenRecord: (n: number, value: Buffer) => TopicRecord
  readonly #filled: SeenEntries[] = []
  #parcel = emptyParcel()
  /** What the current parcel makes remembered. */
  #entries = new SeenEntries()

  /** `seenRecord` makes the n-th seen record of `hour`. */
  constructor(source: string, reading: Reading, hour: number, seenRecord: (n: number, value: Buffer) => TopicRecord) {
    this.#source = source
    this.#reading = reading
    this.hour = hour
    this.#seenRecord = seenRecord
    this.outcome = {
      source,
      feed: reading.feed,
      answeredAtMs: reading.answeredAtMs,
      notes: reading.page.notes ?? [],
      read: 0,
      unchanged: 0,
      created: 0,
      updated: 0,
      late: 0,
      held: 0,
      rejects: [],
      endTimesMs: [],
    }
  }

  /** Adds an event; where the parcel has no room for it, the next one begins. */
  add(record: TopicRecord): void {
    if (!this.#parcel.load.add(record)) {
      this.#finish()
      this.#parcel.load.add(record)
    }
    this.#parcel.records.push(record)
  }

  /** Remembers a row with the event that was added last. */
  remember(id: Uint32Array, prefix: Uint32Array, revision: number): void {
    this.#entries.add(id, prefix, revision)
    if (this.#entries.length === mostEntries) this.#finish()
  }

  /** Ends the page; `n` is the number of its first seen record. Returns how many it writes. */
  close(n: number): number {
    this.#finish()
    let written = 0
    for (const [at, entries] of this.#filled.entries()) {
      const parcel = this.parcels[at]
      if (parcel === undefined || entries.length === 0) continue
      const record = this.#seenRecord(n + written++, entries.toValue())
      parcel.load.add(record)
      parcel.records.push(record)
    }
    const last = this.parcels.at(-1)
    if (last !== undefined) {
      last.mark = { source: this.#source, feed: this.#reading.feed, mark: this.#reading.mark }
      last.outcome = this.outcome
    }
    return written
  }

  #finish(): void {
    this.parcels.push(this.#parcel)
    this.#filled.push(this.#entries)
    this.#parcel = emptyParcel()
    this.#entries = new SeenEntries()
  }
}
