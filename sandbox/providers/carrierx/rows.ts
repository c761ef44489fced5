import type { HeldVersion } from '../held-version.ts'

/** What the API lists: rows in the order of date_stop, then dr_sid, addressed by their position in it. */
export interface CallRows {
  /** Takes up what has become visible by `nowMs`; positions change only here. */
  advance(nowMs: number): void
  readonly length: number
  /** The first position whose date_stop is at or after `stopMs`; `length` if there is none. */
  lowerBound(stopMs: number): number
  /** Where the row with this dr_sid is, if it is visible. */
  positionOf(sid: string): number | undefined
  /** The dr_sid of the row at `position`; a RangeError if there is none. */
  sidAt(position: number): string
  /** date_stop of the row at `position`; a RangeError if there is none. */
  stopMsAt(position: number): number
  /** The rows as JSON with commas between them, as of `nowMs`. */
  items(positions: readonly number[], nowMs: number): CallItems
}

/** Rows in an answer: their text, and the versions to be noted as served. */
export interface CallItems {
  readonly json: Buffer
  readonly versions: readonly HeldVersion[]
}
