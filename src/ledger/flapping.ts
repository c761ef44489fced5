const dayMs = 24 * 3_600_000
const hourMs = 3_600_000
const mostRevisionsADay = 20

/** Whether an update of a row may be published now, and whether this is the moment to report the row. */
export interface FlappingVerdict {
  readonly publish: boolean
  readonly report: boolean
}

/** A row's updates within a day, oldest first, and whether it is known to change too often. */
interface Record {
  readonly times: number[]
  isFlapping: boolean
}

/**
 * Watches for rows that keep changing: one with more than 20 revisions in a day is reported, and from then on
 * published at most once an hour, until it was quiet for a day.
 */
export class Flapping {
  readonly #records = new Map<string, Record>()

  /** Remembers an update of the row named by `key`. */
  updated(key: string, atMs: number): void {
    const record = this.#records.get(key) ?? { times: [], isFlapping: false }
    record.times.push(atMs)
    while ((record.times[0] ?? atMs) <= atMs - dayMs) record.times.shift()
    // Said by `judge` before; said here for what a restore brings back.
    if (record.times.length >= mostRevisionsADay) record.isFlapping = true
    this.#records.set(key, record)
  }

  judge(key: string, nowMs: number): FlappingVerdict {
    const record = this.#records.get(key)
    if (record === undefined) return { publish: true, report: false }
    const { times } = record
    const lastMs = times.at(-1) ?? 0
    if (lastMs <= nowMs - dayMs) {
      this.#records.delete(key)
      return { publish: true, report: false }
    }
    if (record.isFlapping) return { publish: nowMs - lastMs >= hourMs, report: false }
    while ((times[0] ?? nowMs) <= nowMs - dayMs) times.shift()
    // The row's first revision counts as well, so the update after 19 others is the one that makes it more than 20.
    record.isFlapping = times.length + 1 >= mostRevisionsADay
    return { publish: times.length + 1 <= mostRevisionsADay || nowMs - lastMs >= hourMs, report: record.isFlapping }
  }

  /** Lets go of rows without an update within the last day. */
  prune(nowMs: number): void {
    for (const [key, { times }] of this.#records) if ((times.at(-1) ?? 0) <= nowMs - dayMs) this.#records.delete(key)
  }
}
