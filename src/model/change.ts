import type { CdrFields } from './cdr.ts'
import type { Reject } from './row.ts'

/** The source that a change comes from, as events name it. */
export interface EventOrigin {
  readonly provider: string
  readonly source: string
  readonly account: string
}

/** What the ledger adds to a row that differs from what was published: the head of its event. */
export interface EventHead extends EventOrigin {
  /** UUIDv5 of provider|account|id|kind|revision|contentHash. */
  readonly eventId: string
  readonly eventType: 'CREATED' | 'UPDATED'
  /** 1 for the first event of a row, then one more for each change. */
  readonly revision: number
  /** SHA-256 of the canonical raw record without its volatile fields, 64 hex digits. */
  readonly contentHash: string
  /** When it was read, milliseconds. */
  readonly ingestedAt: number
}

/** A CDR that differs from what was published. */
export interface CdrChange {
  readonly kind: 'cdr'
  readonly head: EventHead
  /** The call ended before a time that had already been read. */
  readonly isLate: boolean
  readonly fields: CdrFields
}

/** A row that can't be read, to be dead-lettered. */
export interface RejectChange {
  readonly kind: 'reject'
  readonly origin: EventOrigin
  readonly feed: string
  readonly ingestedAt: number
  readonly reject: Reject
}

/** Something to be published. */
export type Change = CdrChange | RejectChange
