import type { FeedMark, Reading } from '../model/feed-mark.ts'
import type { TopicRecord } from '../model/topic-record.ts'
import { cursorKey, cursorValue, parseCursor, parseKey } from './checkpoint.ts'
import { Committer, type Publish } from './committer.ts'
import type { LedgerDoors, LedgerSource } from './doors.ts'
import { emptyParcel, type PageOutcome, type Parcel } from './parcel.ts'
import { SourceLedger } from './source-ledger.ts'

/** Notes that one transaction writes: with its parcels' cursors they stay well within one batch. */
const mostNotes = 200

/** Who hears what became of pages; used for metrics. */
export interface LedgerHooks {
  /** A page was diffed and waits for its transaction. */
  readonly accepted: (outcome: PageOutcome) => void
  /** A page's changes are committed. */
  readonly committed: (outcome: PageOutcome) => void
}

/**
 * What has been published for the sources of one checkpoint partition.
 *
 * It is opened empty, restored record by record with `apply`, and then handed pages. Dying anywhere is safe: events,
 * memory and cursors of a page are in the same transactions, a page that needs several carries its cursor in the last,
 * and a page without changes moves its cursor only together with a later transaction or a `flush`.
 */
export class Ledger {
  readonly #sources = new Map<string, SourceLedger>()
  readonly #doors: LedgerDoors
  readonly #hooks: LedgerHooks
  readonly #committer: Committer
  /** Marks that moved without a change, by cursor key; they go with the next transaction. */
  readonly #notes = new Map<string, FeedMark>()
  #seq = 0

  constructor(sources: readonly LedgerSource[], doors: LedgerDoors, hooks: LedgerHooks, publish: Publish) {
    this.#doors = doors
    this.#hooks = hooks
    for (const source of sources) this.#sources.set(source.origin.source, new SourceLedger(source, doors))
    this.#committer = new Committer(
      publish,
      (parcels) => this.#checkpoints(parcels),
      (parcels) => this.#announce(parcels),
    )
  }

  /** The number of the last transaction. */
  get seq(): number {
    return this.#seq
  }

  /** Aborted once a commit failed: the ledger is spent, open another one. */
  get spent(): AbortSignal {
    return this.#committer.spent
  }

  /** Restores one record of the checkpoint partition. State of sources that are not configured is left alone. */
  apply(key: string, value: Buffer | null): void {
    const at = parseKey(key)
    const source = this.#sources.get(at.source)
    if (at.kind === 'cursor') {
      const cursor = value === null ? undefined : parseCursor(value)
      this.#seq = Math.max(this.#seq, cursor?.seq ?? 0)
      source?.setMark(at.feed, cursor?.mark)
    } else if (at.kind === 'seen') {
      source?.applySeen(at.hour, at.n, value)
    }
  }

  /** Where a feed stands, the pages that still wait for their commit included. */
  mark(source: string, feed: string): FeedMark | undefined {
    return this.source(source).mark(feed)
  }

  /** What is remembered of one source. Throws where the ledger is not that source's. */
  source(name: string): SourceLedger {
    const source = this.#sources.get(name)
    if (source === undefined) throw new Error(`the ledger holds no source ${name}`)
    return source
  }

  /**
   * Diffs a page, hands its changes to the next transaction, and resolves once another page may come.
   * Throws `StaleReading` (ask again), `LedgerSpent` (open another ledger), or what encoding threw (our bug).
   */
  async commit(reading: Reading): Promise<void> {
    this.#committer.assertUsable()
    const source = this.source(reading.source)
    const parcels = source.take(reading)
    if (parcels.some((parcel) => parcel.records.length > 0)) {
      this.#notes.delete(cursorKey(reading.source, reading.feed))
      this.#committer.add(parcels)
    } else {
      this.note(reading.source, reading.feed, reading.mark)
    }
    const outcome = parcels.at(-1)?.outcome
    if (outcome !== undefined) this.#hooks.accepted(outcome)
    await this.#committer.room()
  }

  /** Moves a feed's mark without changes. It is written with the next transaction, or by `flush`. */
  note(source: string, feed: string, mark: FeedMark): void {
    this.#committer.assertUsable()
    this.source(source).setMark(feed, mark)
    // A cursor must never be written before the events of the pages behind it: it queues up where any wait.
    const key = cursorKey(source, feed)
    if (this.#committer.idle) this.#notes.set(key, mark)
    else {
      this.#notes.delete(key)
      this.#committer.add([{ ...emptyParcel(), mark: { source, feed, mark } }])
    }
  }

  /** See `SourceLedger.tick`. */
  tick(source: string): number {
    return this.source(source).tick()
  }

  /** Resolves once everything that was handed over is committed. */
  async settled(): Promise<void> {
    await this.#committer.settled()
  }

  /** Writes the marks that moved since the last transaction, and forgets what is due. */
  async flush(): Promise<void> {
    this.#committer.assertUsable()
    for (const source of this.#sources.values()) {
      for (let due = source.forget(); due.length > 0; due = source.forget()) {
        const parcel = emptyParcel()
        for (const tombstone of due) {
          parcel.load.add(tombstone)
          parcel.records.push(tombstone)
        }
        this.#committer.add([parcel])
      }
    }
    await this.#committer.settled()
    while (this.#notes.size > 0) {
      this.#committer.add([emptyParcel()])
      await this.#committer.settled()
    }
  }

  /** Ends the ledger; what was not committed yet is dropped. */
  spend(reason: unknown): void {
    this.#committer.spend(reason)
  }

  /** The cursors of one transaction: those of its parcels, and as many notes as there is room for beside them. */
  #checkpoints(parcels: readonly Parcel[]): TopicRecord[] {
    const seq = ++this.#seq
    const marks = new Map<string, FeedMark>()
    for (const [key, mark] of this.#notes) {
      if (marks.size === mostNotes) break
      marks.set(key, mark)
      this.#notes.delete(key)
    }
    for (const { mark } of parcels) if (mark !== undefined) marks.set(cursorKey(mark.source, mark.feed), mark.mark)
    return [...marks].map(([key, mark]) => this.#doors.checkpoint(key, cursorValue({ seq, mark })))
  }

  #announce(parcels: readonly Parcel[]): void {
    for (const { outcome } of parcels) if (outcome !== undefined) this.#hooks.committed(outcome)
  }
}
