import { HeldVersion } from '../held-version.ts'
import { Random } from '../random.ts'
import type { TruthRecord } from '../truth.ts'
import { callRecord } from './record.ts'
import type { CallItems, CallRows } from './rows.ts'

/** What to prepare: so many records, spread evenly, in order. */
export interface PreparedPlan {
  readonly count: number
  readonly fromMs: number
  readonly toMs: number
}

/** More than any record has; memory that is not written to costs nothing. */
const maxRecordBytes = 2_048
const comma = 0x2c

/**
 * Rows for the benchmark: serialised beforehand into one piece of memory, so that any page is a view of it.
 * All are visible, none ever changes, none is bad; what was served is not noted.
 */
export class PreparedRows implements CallRows {
  readonly #json: Buffer
  /** Where each row begins, and after the last one where the next would. */
  readonly #starts: Float64Array
  readonly #stopMs: Float64Array
  readonly #sids: string[] = []
  readonly #positions = new Map<string, number>()

  constructor(seed: number | string, { count, fromMs, toMs }: PreparedPlan) {
    const random = new Random(`records ${seed}`)
    this.#json = Buffer.allocUnsafeSlow(count * maxRecordBytes)
    this.#starts = new Float64Array(count + 1)
    this.#stopMs = new Float64Array(count)
    let end = 0
    for (let position = 0; position < count; position++) {
      const stopMs = Math.floor(fromMs + (position * (toMs - fromMs)) / count)
      const record = callRecord(random, { stopMs, insertMs: stopMs })
      end += this.#json.write(JSON.stringify(record), end)
      this.#json[end++] = comma
      this.#starts[position + 1] = end
      this.#stopMs[position] = stopMs
      this.#sids.push(record.dr_sid)
      this.#positions.set(record.dr_sid, position)
    }
  }

  advance(): void {}

  get length(): number {
    return this.#sids.length
  }

  lowerBound(stopMs: number): number {
    let low = 0
    let high = this.length
    while (low < high) {
      const middle = (low + high) >>> 1
      if (this.stopMsAt(middle) >= stopMs) high = middle
      else low = middle + 1
    }
    return low
  }

  positionOf(sid: string): number | undefined {
    return this.#positions.get(sid)
  }

  sidAt(position: number): string {
    const sid = this.#sids[position]
    if (sid === undefined) throw new RangeError(`there is no row ${position}`)
    return sid
  }

  stopMsAt(position: number): number {
    const stopMs = this.#stopMs[position]
    if (stopMs === undefined) throw new RangeError(`there is no row ${position}`)
    return stopMs
  }

  items(positions: readonly number[]): CallItems {
    const [first, last] = [positions[0], positions.at(-1)]
    if (first === undefined || last === undefined) return { json: Buffer.alloc(0), versions: [] }
    const inOrder = last - first === positions.length - 1
    const json = inOrder ? this.#slice(first, last) : this.#apart(positions)
    return { json, versions: [] }
  }

  /** The rows as a truth, each with the one version that it has. */
  *records(): Generator<TruthRecord> {
    for (const [position, id] of this.#sids.entries()) {
      yield { id, versions: [new HeldVersion(this.#slice(position, position), this.stopMsAt(position))] }
    }
  }

  *badRows(): Generator<never> {}

  #slice(first: number, last: number): Buffer {
    return this.#json.subarray(this.#starts[first], (this.#starts[last + 1] ?? 0) - 1)
  }

  #apart(positions: readonly number[]): Buffer {
    const texts = positions.map((position) => this.#slice(position, position).toString())
    return Buffer.from(texts.join(','))
  }
}
