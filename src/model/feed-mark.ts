import type { Page } from './row.ts'
import type { TimeWindow } from './time-window.ts'

/** Where a feed stands. It is what the ledger keeps of a feed; times are milliseconds since 1970. */
export interface FeedMark {
  /** When the current or last poll began. */
  readonly startedAtMs: number
  /** When a poll was last read to its end. */
  readonly succeededAtMs?: number | undefined
  /** Frozen bounds of the window being read; undefined between windows and for a tail. */
  readonly window?: TimeWindow | undefined
  /** Windows still to be read after `window`, oldest first, up to this time. */
  readonly untilMs?: number | undefined
  /** Of a range: where in `window` reading goes on. Of a tail: its position. Only the provider knows what it says. */
  readonly cursor?: unknown
  /** Everything before this was read: the end of the last whole live window, or the tail's position in time. */
  readonly readThroughMs?: number | undefined
}

/** One page as it was read, with where its feed stands after it. */
export interface Reading {
  readonly source: string
  readonly feed: string
  readonly page: Page<unknown>
  readonly mark: FeedMark
  /** The places of the question, and of the page, in the order of all questions and pages of the source. */
  readonly askedTick: number
  readonly answeredTick: number
  /** The places of the pages before it that came in the same answer. */
  readonly sameAnswer?: ReadonlySet<number>
  /** When the answer came; milliseconds of a clock that never goes back. */
  readonly answeredAtMs: number
}
