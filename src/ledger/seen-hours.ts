/** Of how many records one transaction may carry the tombstones beside its events. */
const mostTombstones = 500

/** Records of one hour, from the n-th up to but without another. */
export interface HourRecords {
  readonly hour: number
  readonly from: number
  readonly to: number
}

/** How many seen records a source has in the log, of each hour since 1970. */
export class SeenHours {
  readonly #records = new Map<number, number>()

  /** The number that the next record of an hour has. */
  next(hour: number): number {
    return this.#records.get(hour) ?? 0
  }

  /** There are so many records of an hour at least. */
  reach(hour: number, records: number): void {
    if (records > this.next(hour)) this.#records.set(hour, records)
  }

  /** Takes some records of one hour up to `lastHour` out, to be tombstoned; undefined where none is left. */
  takeUntil(lastHour: number): HourRecords | undefined {
    for (const [hour, to] of this.#records) {
      if (hour > lastHour) continue
      const from = Math.max(0, to - mostTombstones)
      if (from > 0) this.#records.set(hour, from)
      else this.#records.delete(hour)
      return { hour, from, to }
    }
    return undefined
  }
}
