import { Random } from '../random.ts'
import { recordTimes, type Timing } from '../schedule.ts'
import { Truth } from '../truth.ts'
import type { World } from '../world.ts'
import { badCallRow } from './bad-row.ts'
import { corrected } from './correction.ts'
import { type CallRecord, callRecord } from './record.ts'
import { VisibleRows } from './visible-rows.ts'

/** What a record needs to have to be listed; all else is up to the caller. */
export type ListableCall = Readonly<Record<string, unknown>> & { readonly dr_sid: string; readonly date_stop: string }

/** The calls of a simulated CarrierX account. */
export class CallWorld implements World {
  readonly truth = new Truth()
  readonly rows = new VisibleRows()
  readonly #random: Random

  constructor(seed: number | string) {
    this.#random = new Random(`records ${seed}`)
  }

  produce(eventMs: number, timing: Timing): void {
    const random = this.#random
    const times = recordTimes(random, eventMs, timing)
    let record = this.newRecord(eventMs, times.visibleAtMs)
    if (random.chance(timing.badRatio)) {
      this.putBad(record, times.visibleAtMs)
      return
    }
    this.put(record, times.visibleAtMs)
    const original = record
    for (const [index, correctedAtMs] of times.correctedAtMs.entries()) {
      // Now and then the first correction is taken back, which is a version of its own.
      record = index === 1 && random.chance(0.3) ? original : corrected(record, random)
      this.truth.put(record.dr_sid, record, correctedAtMs)
    }
  }

  /** Draws a record of a call that ended at `stopMs`, without adding it. */
  newRecord(stopMs: number, insertMs: number = stopMs): CallRecord {
    return callRecord(this.#random, { stopMs, insertMs })
  }

  /** Adds a record, listed from `visibleAtMs` on. Throws a RangeError if its date_stop is no date. */
  put(record: ListableCall, visibleAtMs: number): void {
    const stopMs = Date.parse(record.date_stop)
    if (Number.isNaN(stopMs)) throw new RangeError(`date_stop ${record.date_stop} is no date`)
    this.rows.add({ stopMs, sid: record.dr_sid, row: this.truth.put(record.dr_sid, record, visibleAtMs) })
  }

  /** Adds a version with other contents from `visibleAtMs` on. Throws a RangeError if there is no such record. */
  correct(sid: string, changes: Readonly<Record<string, unknown>>, visibleAtMs: number): void {
    const raw = this.truth.record(sid)?.versions.at(-1)?.raw
    if (typeof raw !== 'object' || raw === null) throw new RangeError(`there is no record ${sid}`)
    this.truth.put(sid, { ...raw, ...changes }, visibleAtMs)
  }

  /** Adds a row that can't be read, in the place of `record`. */
  putBad(record: CallRecord, visibleAtMs: number): void {
    const { rawText, reason } = badCallRow(record, this.#random)
    const row = this.truth.putBadRow(rawText, reason, visibleAtMs)
    this.rows.add({ stopMs: Date.parse(record.date_stop), sid: record.dr_sid, row })
  }
}
