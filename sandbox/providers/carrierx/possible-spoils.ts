import type { CarrierxApiParts } from './api.ts'
import type { ListQuery } from './list-query.ts'
import type { CallPage } from './page.ts'
import type { CarrierxSpoil } from './spoil.ts'

/** The faults that would show in this page. */
export function possibleSpoils(
  parts: CarrierxApiParts,
  query: ListQuery,
  page: CallPage,
  nowMs: number,
): readonly CarrierxSpoil[] {
  const spoils: CarrierxSpoil[] = ['items-missing', 'items-null', 'wrong-count', 'has-more-without-next']
  if (query.cursor !== undefined) spoils.push('cursor-expired')
  // Fewer rows than asked for are taken off the end, which is the wrong one for `before`.
  if (query.cursor?.way === 'before') return spoils
  if (page.hasMore) spoils.push('next-elsewhere', 'next-forgets')
  if (page.positions.length > 1) spoils.push('short-page', 'duplicate-row')
  if (page.positions.length > 10) spoils.push('ignore-limit')
  if (rowWithHistory(parts, page, nowMs) !== undefined) spoils.push('duplicate-older')
  if (driftRange(parts, query, page, nowMs) !== undefined) spoils.push('drift')
  return spoils
}

/** The first row of the page that has an older version; the last one is not asked, as it has to make room. */
export function rowWithHistory(parts: CarrierxApiParts, page: CallPage, nowMs: number): number | undefined {
  return page.positions.slice(0, -1).find((position) => parts.olderVersion(position, nowMs) !== undefined)
}

/** The times at which a row can drift in before this page; undefined for first pages, other orders and old pages. */
export function driftRange(
  { rows, driftBackMs }: CarrierxApiParts,
  { cursor, offset, descending, filter }: ListQuery,
  page: CallPage,
  nowMs: number,
): readonly [number, number] | undefined {
  const first = page.positions[0]
  if (cursor !== undefined || offset === 0 || descending || first === undefined) return undefined
  if (filter?.accepts !== undefined) return undefined
  const fromMs = Math.max(rows.stopMsAt(first - offset), nowMs - driftBackMs)
  const untilMs = Math.min(rows.stopMsAt(first), nowMs) - 1
  return fromMs <= untilMs ? [fromMs, untilMs] : undefined
}
