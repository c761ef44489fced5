import { Refusal } from '../api.ts'
import type { ListQuery } from './list-query.ts'
import type { CallRows } from './rows.ts'

/** The rows that answer a list request. */
export interface CallPage {
  /** In the order asked for. */
  readonly positions: readonly number[]
  readonly hasMore: boolean
  /** Null when paging by sid, as the API has it. */
  readonly total: number | null
}

/**
 * Selects the page: what follows (or, with `before`, precedes) the given sid in the order, or what is at the offset.
 * A row that turns up late with an older date_stop is therefore not among what follows a newer one.
 * Throws a Refusal (404) if there is no such sid.
 */
export function selectPage(rows: CallRows, query: ListQuery, nowMs: number): CallPage {
  const { cursor, descending, limit, offset, filter } = query
  let low = filter === undefined ? 0 : rows.lowerBound(filter.fromMs)
  let high = filter === undefined ? rows.length : rows.lowerBound(filter.untilMs)
  // Towards older rows: what follows in descending order, or precedes in ascending order.
  const fromTheEnd = (cursor?.way === 'before') !== descending
  if (cursor !== undefined) {
    const position = rows.positionOf(cursor.sid)
    if (position === undefined) throw itemNotFound(cursor.sid)
    if (fromTheEnd) high = Math.min(high, position)
    else low = Math.max(low, position + 1)
  }
  const candidates = filter?.accepts === undefined ? undefined : matching(rows, low, high, filter.accepts, nowMs)
  const count = candidates?.length ?? Math.max(0, high - low)
  const size = Math.max(0, Math.min(limit, count - offset))
  const first = fromTheEnd ? count - offset - size : offset
  const positions = Array.from({ length: size }, (_, index) => candidates?.[first + index] ?? low + first + index)
  if (descending) positions.reverse()
  return { positions, hasMore: count > offset + size, total: cursor === undefined ? count : null }
}

/** The answer to a sid that is not, or no longer, known. */
export function itemNotFound(sid: string): Refusal {
  return new Refusal(404, `Cannot find item by SID ${sid}`)
}

/** Filters on other fields than date_stop read every row in range: slow, and as rare as on the real thing. */
function matching(
  rows: CallRows,
  low: number,
  high: number,
  accepts: (record: Readonly<Record<string, unknown>>) => boolean,
  nowMs: number,
): readonly number[] {
  const positions: number[] = []
  for (let position = low; position < high; position++) {
    const record: unknown = JSON.parse(rows.items([position], nowMs).json.toString())
    if (typeof record === 'object' && record !== null && accepts({ ...record })) positions.push(position)
  }
  return positions
}
