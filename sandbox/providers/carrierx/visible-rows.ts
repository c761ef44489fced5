import { type HeldRow, type HeldVersion, versionAt } from '../held-version.ts'
import type { CallItems, CallRows } from './rows.ts'

/** A row and its place in the order. A bad row has a sid too, which its text doesn't show. */
export interface CallRow {
  readonly stopMs: number
  readonly sid: string
  readonly row: HeldRow
}

/** The rows that are visible by now, in order; those of the future wait aside. */
export class VisibleRows implements CallRows {
  #visible: CallRow[] = []
  readonly #bySid = new Map<string, CallRow>()
  /** By the time of becoming visible, latest first, once sorted. */
  readonly #pending: CallRow[] = []
  #pendingSorted = true

  /** Takes a row, to be listed from the time on at which its first version is visible. */
  add(row: CallRow): void {
    this.#pending.push(row)
    this.#pendingSorted = false
  }

  advance(nowMs: number): void {
    if (!this.#pendingSorted) this.#pending.sort((a, b) => visibleAtMs(b) - visibleAtMs(a))
    this.#pendingSorted = true
    const fresh: CallRow[] = []
    for (
      let next = this.#pending.at(-1);
      next !== undefined && visibleAtMs(next) <= nowMs;
      next = this.#pending.at(-1)
    ) {
      fresh.push(next)
      this.#bySid.set(next.sid, next)
      this.#pending.pop()
    }
    const first = fresh.sort(inOrder)[0]
    if (first === undefined) return
    // Most rows belong at the end, so that only a short tail has to be merged.
    const tail = this.#visible.splice(this.#boundary((row) => inOrder(row, first) >= 0))
    for (const row of tail.concat(fresh).sort(inOrder)) this.#visible.push(row)
  }

  get length(): number {
    return this.#visible.length
  }

  lowerBound(stopMs: number): number {
    return this.#boundary((row) => row.stopMs >= stopMs)
  }

  positionOf(sid: string): number | undefined {
    const wanted = this.#bySid.get(sid)
    return wanted && this.#boundary((row) => inOrder(row, wanted) >= 0)
  }

  sidAt(position: number): string {
    return this.#at(position).sid
  }

  stopMsAt(position: number): number {
    return this.#at(position).stopMs
  }

  items(positions: readonly number[], nowMs: number): CallItems {
    const versions: HeldVersion[] = []
    let length = 0
    for (const position of positions) {
      const version = versionAt(this.#at(position).row, nowMs)
      if (version === undefined) throw new RangeError(`row ${position} is not visible yet`)
      versions.push(version)
      length += version.json.length + 1
    }
    return { json: joined(versions, length), versions }
  }

  /** The version before the one that shows at `nowMs`, if there is one. */
  olderVersion(position: number, nowMs: number): HeldVersion | undefined {
    const { row } = this.#at(position)
    const current = versionAt(row, nowMs)
    return current && row.versions[row.versions.indexOf(current) - 1]
  }

  #at(position: number): CallRow {
    const row = this.#visible[position]
    if (row === undefined) throw new RangeError(`there is no row ${position}`)
    return row
  }

  /** The first position at which `reached` is true; it must stay true from there on. */
  #boundary(reached: (row: CallRow) => boolean): number {
    let low = 0
    let high = this.#visible.length
    while (low < high) {
      const middle = (low + high) >>> 1
      if (reached(this.#at(middle))) high = middle
      else low = middle + 1
    }
    return low
  }
}

function visibleAtMs({ row }: CallRow): number {
  return row.versions[0]?.visibleAtMs ?? Number.POSITIVE_INFINITY
}

function inOrder(a: CallRow, b: CallRow): number {
  if (a.stopMs !== b.stopMs) return a.stopMs - b.stopMs
  if (a.sid === b.sid) return 0
  return a.sid < b.sid ? -1 : 1
}

/** `lengthWithCommas` counts a comma after every version; the last one is left out. */
function joined(versions: readonly HeldVersion[], lengthWithCommas: number): Buffer {
  const json = Buffer.allocUnsafe(lengthWithCommas)
  let offset = 0
  for (const version of versions) {
    version.json.copy(json, offset)
    offset += version.json.length
    json[offset++] = comma
  }
  return json.subarray(0, Math.max(0, offset - 1))
}

const comma = 0x2c
