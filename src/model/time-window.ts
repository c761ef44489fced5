/** A range of time to be read: `fromMs` inclusive, `toMs` exclusive, both milliseconds since 1970 in UTC. */
export interface TimeWindow {
  readonly fromMs: number
  readonly toMs: number
}
