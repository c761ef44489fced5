import type { CdrFields } from './cdr.ts'
import type { JsonValue } from './json.ts'

/** What a row is about. Each kind has ids, revisions and a topic of its own. */
export type RowKind = 'cdr' | 'recording' | 'transcript'

/** Why a row can't be read; a closed set, since it is a metric label. */
export type RejectReason = 'not-an-object' | 'no-id' | 'bad-time' | 'bad-value' | 'too-large'

/** A row that can't be read: it goes to the dead-letter topic, once, with its raw text. */
export interface Reject {
  readonly reason: RejectReason
  /** What is wrong, without any of the row's values. */
  readonly detail: string
  /** The row as the provider sent it. */
  readonly rawText: string
}

/** Thrown by `Row.normalize` where a value of the row can't be read; the message holds no value of the row. */
export class Unreadable extends Error {
  override readonly name = 'Unreadable'
  readonly reason: RejectReason

  constructor(reason: RejectReason, detail: string) {
    super(detail)
    this.reason = reason
  }
}

/** One fact that the provider states: a call detail record. */
export interface CdrRow {
  readonly kind: 'cdr'
  /** The provider's id of the record, cleaned; unique within the source and kind. */
  readonly id: string
  /** What the content hash is made over: the record as the provider sent it. */
  readonly content: JsonValue
  /**
   * The record in our words. Called only for rows that differ from what was published, since most rows that
   * are read are known already. Throws `Unreadable`.
   */
  normalize(): CdrFields
  /** The record's text as the provider sent it, for the dead letter of a row that can't be normalized. */
  rawText(): string
}

/** One fact that a provider states. */
export type Row = CdrRow

/** Something odd that a reader noticed and coped with; counted, a closed set. */
export type ReadNote = 'cursor-lost' | 'paging-repeated' | 'future-time' | 'duplicate-id' | 'count-mismatch'

/** The rows of one answer, or of a piece of a large one, with the cursor after them. */
export interface Page<C> {
  readonly rows: readonly Row[]
  readonly rejects: readonly Reject[]
  /** Where reading goes on: after this page, or, where an answer can't be resumed, at its start. */
  readonly next: C
  /** Whether there is more to ask for after this answer; only the last page of an answer is asked. */
  readonly more: boolean
  /** Of a tail: the end time of the record that the cursor stands at. Milliseconds. */
  readonly readThroughMs?: number | undefined
  readonly notes?: readonly ReadNote[]
}
