import type { FeedMark } from '../model/feed-mark.ts'
import type { ReadNote, RejectReason } from '../model/row.ts'
import type { TopicRecord } from '../model/topic-record.ts'
import { Load } from './load.ts'

/** What became of the rows of one page. */
export interface PageOutcome {
  readonly source: string
  readonly feed: string
  /** When the page's answer came, on the clock that never goes back. */
  readonly answeredAtMs: number
  /** Oddities that the reader noticed and coped with. */
  readonly notes: readonly ReadNote[]
  read: number
  unchanged: number
  created: number
  updated: number
  late: number
  /** Updates held back since their row changes too often. */
  held: number
  /** Reasons of the rejects that were new. */
  readonly rejects: RejectReason[]
  /** End times of the calls that are published, milliseconds since 1970. */
  readonly endTimesMs: number[]
}

/** A part of a page's changes that one transaction can carry, with the memory of exactly those changes. */
export interface Parcel {
  readonly records: TopicRecord[]
  readonly load: Load
  /** With the last parcel of a page: where its feed stands now. */
  mark: { readonly source: string; readonly feed: string; readonly mark: FeedMark } | undefined
  /** With the last parcel of a page: what to count once it is committed. */
  outcome: PageOutcome | undefined
}

export function emptyParcel(): Parcel {
  return { records: [], load: new Load(), mark: undefined, outcome: undefined }
}
