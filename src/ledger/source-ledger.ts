import type { CdrChange } from '../model/change.ts'
import type { FeedMark, Reading } from '../model/feed-mark.ts'
import { type Reject, type Row, Unreadable } from '../model/row.ts'
import type { TopicRecord } from '../model/topic-record.ts'
import { changeOf } from './change-of.ts'
import { readSeen, seenKey } from './checkpoint.ts'
import type { LedgerDoors, LedgerSource } from './doors.ts'
import { Draft } from './draft.ts'
import { contentHash, contentPrefix, contentWords, identity, identityWords } from './fingerprint.ts'
import { Flapping } from './flapping.ts'
import { sizeOf } from './load.ts'
import type { Parcel } from './parcel.ts'
import { Seen } from './seen.ts'
import { SeenHours } from './seen-hours.ts'
import { StaleReading } from './stale-reading.ts'

const hourMs = 3_600_000
/** A record larger than this does not fit a batch; its row is dead-lettered. */
const mostRecordBytes = 890_000

/**
 * What has been published for one source: its rows, and where its feeds stand.
 *
 * It runs ahead of the log: `take` remembers a page's rows before they are committed. That is sound because a ledger
 * whose commit failed is never used again.
 */
export class SourceLedger {
  readonly #source: LedgerSource
  readonly #doors: LedgerDoors
  readonly #seen = new Seen()
  readonly #marks = new Map<string, FeedMark>()
  readonly #hours = new SeenHours()
  readonly #flapping = new Flapping()
  #prunedAtHour = 0
  #forgottenHour = 0
  #ticks = 0
  readonly #id = new Uint32Array(identityWords)
  readonly #prefix = new Uint32Array(contentWords)

  readonly #openedAt: { readonly wallMs: number; readonly monotonicMs: number }

  constructor(source: LedgerSource, doors: LedgerDoors) {
    this.#source = source
    this.#doors = doors
    this.#openedAt = { wallMs: doors.clock.now(), monotonicMs: doors.clock.monotonic() }
  }

  get rows(): number {
    return this.#seen.size
  }

  get bytes(): number {
    return this.#seen.bytes
  }

  mark(feed: string): FeedMark | undefined {
    return this.#marks.get(feed)
  }

  /** Undefined: the feed stands nowhere. */
  setMark(feed: string, mark: FeedMark | undefined): void {
    if (mark === undefined) this.#marks.delete(feed)
    else this.#marks.set(feed, mark)
  }

  /**
   * Counts questions and pages: a tick is taken when an answer is asked for, and one when each of its pages was read.
   * Of two pages the one that was asked for after the other had been read is the newer; else nobody knows.
   */
  tick(): number {
    return ++this.#ticks
  }

  /** Restores one seen record; null is its tombstone. */
  applySeen(hour: number, n: number, value: Buffer | null): void {
    if (value === null) return
    const nowMs = this.#doors.clock.now()
    this.#hours.reach(hour, n + 1)
    readSeen(value, (id, content, revision) => {
      this.#seen.begin(1)
      const slot = this.#seen.find(id)
      // The end of the hour, so that what is published once an hour is so over a restart too.
      if (slot >= 0 && revision > this.#seen.revision(slot))
        this.#flapping.updated(id.join(), Math.min((hour + 1) * hourMs, nowMs))
      this.#seen.put(id, content, revision, hour, 0)
    })
  }

  /** What is remembered of a row, for people. */
  remembered(kind: string, id: string): { revision: number; contentPrefix: string; hour: number } | undefined {
    identity(kind, id, this.#id)
    const slot = this.#seen.find(this.#id)
    if (slot < 0) return undefined
    return {
      revision: this.#seen.revision(slot),
      contentPrefix: this.#seen.contentHex(slot),
      hour: this.#seen.hour(slot),
    }
  }

  /**
   * Works out what is new or changed in a page, and remembers it. Returns the parcels that publish it, in order.
   * Throws `StaleReading`, or what `encode` throws; then nothing of the page is remembered.
   */
  take(reading: Reading): Parcel[] {
    const { page } = reading
    const nowMs = this.#doors.clock.now()
    const { source } = this.#source.origin
    const hour = Math.floor(nowMs / hourMs)
    const draft = new Draft(source, reading, hour, (n, value) =>
      this.#doors.checkpoint(seenKey(source, hour, n), value),
    )
    this.#seen.begin(page.rows.length + page.rejects.length)
    try {
      for (const row of page.rows) this.#takeRow(row, reading, nowMs, draft)
      for (const reject of page.rejects) {
        draft.outcome.read++
        this.#takeReject(reject, reject.rawText, reading, nowMs, draft)
      }
    } catch (error) {
      this.#seen.undo()
      throw error
    }
    const next = this.#hours.next(hour)
    this.#hours.reach(hour, next + draft.close(next))
    for (const key of draft.updates) this.#flapping.updated(key, nowMs)
    this.#marks.set(reading.feed, reading.mark)
    return draft.parcels
  }

  /**
   * Forgets the rows that lie longer back than the source remembers, and returns the tombstones of one hour's records;
   * at most a few hundred at a time, so call it again while it returns some.
   */
  forget(): TopicRecord[] {
    const thisHour = Math.floor(this.#surelyNowMs() / hourMs)
    const lastHour = thisHour - Math.ceil(this.#source.rememberForMs / hourMs) - 1
    if (thisHour !== this.#prunedAtHour) {
      this.#flapping.prune(thisHour * hourMs)
      this.#prunedAtHour = thisHour
    }
    if (lastHour > this.#forgottenHour) this.#seen.forgetUntil(lastHour)
    this.#forgottenHour = lastHour
    const due = this.#hours.takeUntil(lastHour)
    if (due === undefined) return []
    return Array.from({ length: due.to - due.from }, (_, at) =>
      this.#doors.checkpoint(seenKey(this.#source.origin.source, due.hour, due.from + at), null),
    )
  }

  /** Now, unless the wall clock leapt ahead of the time that has passed: by such a clock nothing may be forgotten. */
  #surelyNowMs(): number {
    const { clock } = this.#doors
    const passedMs = clock.monotonic() - this.#openedAt.monotonicMs
    return Math.min(clock.now(), this.#openedAt.wallMs + passedMs + hourMs)
  }

  #takeRow(row: Row, reading: Reading, nowMs: number, draft: Draft): void {
    draft.outcome.read++
    identity(row.kind, row.id, this.#id)
    const hash = this.#hashOf(row)
    if (hash === undefined) {
      const reject = { reason: 'bad-value', detail: 'it is nested too deeply', rawText: row.rawText() } as const
      this.#takeReject(reject, reject.rawText, reading, nowMs, draft)
      return
    }
    contentPrefix(hash, this.#prefix)
    const slot = this.#seen.find(this.#id)
    if (slot < 0) {
      this.#publish(row, 1, hash, reading, nowMs, draft)
      return
    }
    const revision = this.#seen.revision(slot)
    if (this.#seen.hasContent(slot, this.#prefix)) {
      draft.outcome.unchanged++
      this.#keepAwake(slot, revision, draft)
      return
    }
    const observed = this.#seen.observed(slot)
    if (observed > reading.askedTick && observed !== reading.answeredTick && !reading.sameAnswer?.has(observed)) {
      throw new StaleReading('the page was asked for before a newer version of one of its rows was read')
    }
    const verdict = this.#flapping.judge(this.#id.join(), nowMs)
    if (verdict.report) this.#doors.flapping(this.#source.origin.source, row.id)
    if (verdict.publish) this.#publish(row, revision + 1, hash, reading, nowMs, draft)
    else draft.outcome.held++
  }

  #publish(row: Row, revision: number, hash: string, reading: Reading, nowMs: number, draft: Draft): void {
    const event = this.#event(row, revision, hash, nowMs)
    if ('reason' in event) {
      // Its content names it, since its text may change with every reading where some of its fields are volatile.
      this.#takeReject(event, hash, reading, nowMs, draft)
      return
    }
    const { change, record } = event
    if (revision === 1) draft.outcome.created++
    else {
      draft.outcome.updated++
      draft.updates.push(this.#id.join())
    }
    if (change.isLate) draft.outcome.late++
    if (change.fields.endTime !== null) draft.outcome.endTimesMs.push(change.fields.endTime)
    draft.add(record)
    this.#remember(revision, reading.answeredTick, draft)
  }

  /** Undefined for a row that is nested deeper than the stack is. */
  #hashOf(row: Row): string | undefined {
    try {
      return contentHash(row.content, this.#source.volatile)
    } catch (error) {
      if (error instanceof RangeError) return undefined
      throw error
    }
  }

  #event(
    row: Row,
    revision: number,
    hash: string,
    nowMs: number,
  ): { readonly change: CdrChange; readonly record: TopicRecord } | Reject {
    try {
      const change = changeOf(row, this.#source.origin, revision, hash, nowMs, this.#marks.get('live')?.readThroughMs)
      const record = this.#doors.encode(change)
      const bytes = sizeOf(record)
      if (bytes <= mostRecordBytes) return { change, record }
      throw new Unreadable('too-large', `the event has ${bytes} bytes, more than a batch may hold`)
    } catch (error) {
      if (!(error instanceof Unreadable)) throw error
      return { reason: error.reason, detail: error.message, rawText: row.rawText() }
    }
  }

  /** `name` is what makes it the same reject when it is read again. */
  #takeReject(reject: Reject, name: string, reading: Reading, nowMs: number, draft: Draft): void {
    identity('reject', name, this.#id)
    this.#prefix.fill(0)
    const slot = this.#seen.find(this.#id)
    if (slot >= 0) {
      draft.outcome.unchanged++
      this.#keepAwake(slot, 1, draft)
      return
    }
    const { origin } = this.#source
    draft.add(this.#doors.encode({ kind: 'reject', origin, feed: reading.feed, ingestedAt: nowMs, reject }))
    draft.outcome.rejects.push(reject.reason)
    this.#remember(1, reading.answeredTick, draft)
  }

  #remember(revision: number, observed: number, draft: Draft): void {
    this.#seen.put(this.#id, this.#prefix, revision, draft.hour, observed)
    draft.remember(this.#id, this.#prefix, revision)
  }

  /** A row that is still being read must not be forgotten: it is recorded again after half its time. */
  #keepAwake(slot: number, revision: number, draft: Draft): void {
    if ((draft.hour - this.#seen.hour(slot)) * hourMs < this.#source.rememberForMs / 2) return
    this.#remember(revision, this.#seen.observed(slot), draft)
  }
}
