import type { HttpAnswer, HttpRequest } from '../../model/http.ts'
import type { Reader } from '../../model/provider.ts'
import type { Page, ReadNote } from '../../model/row.ts'
import { dateStopFilter, listRequest, lostStatuses } from './addresses.ts'
import { type CallList, readCallList } from './call-list.ts'
import type { CallRow } from './call-row.ts'
import { type Losses, oneMoreLoss } from './lost-cursor.ts'
import type { Mapping } from './normalize.ts'
import type { CarrierxSettings } from './settings.ts'

/** A record that ends later than this after the answer is wrong about its time. */
const skewMs = 5 * 60_000
/** How far before the last record reading starts again when the cursor is lost. */
const resyncMs = 15 * 60_000

/** Where the tail stands: after a record, or, before the first one, at a time. */
export interface TailCursor {
  /** Where reading starts while there is no `after`: the first record that stopped at this time or later. */
  readonly fromMs: number
  /** The dr_sid of the last record read. */
  readonly after?: string
  readonly afterDateStopMs?: number
  /** The first record can't be a place to go on from, so the start asks for a whole page. */
  readonly isWideStart?: true
  readonly losses?: Losses
}

/**
 * Reads what comes after the last record, at once and to the tip: the algorithm of the vendor's own programs
 * (`cdr-download-javascript latest`, `after_all_fields.py`). Rows that CarrierX inserts behind the cursor are the
 * business of the rechecks. An empty page ends a poll, a short one does not; `has_more` and `total` say nothing.
 */
export function tailReader({ baseUrl, limit }: CarrierxSettings, mapping: Mapping): Reader<TailCursor> {
  return {
    start: ({ fromMs }) => ({ fromMs }),
    request: (cursor) => tailRequest(baseUrl, limit, cursor),
    async *read(answer, cursor) {
      if (cursor.after !== undefined && lostStatuses.includes(answer.status)) {
        await answer.discard()
        yield lostPage(answer, cursor)
      } else {
        yield tailPage(await readCallList(answer, limit, mapping), cursor, answer.dateMs)
      }
    },
  }
}

function tailRequest(baseUrl: string, limit: number, cursor: TailCursor): HttpRequest {
  if (cursor.after !== undefined) return listRequest(baseUrl, { after: cursor.after, limit }, lostStatuses)
  return listRequest(baseUrl, { filter: dateStopFilter(cursor.fromMs), limit: cursor.isWideStart ? limit : 1 })
}

/** Never starts before an earlier start, so that losses in a row do not walk back in time. */
function lostPage(answer: HttpAnswer, cursor: TailCursor): Page<TailCursor> {
  const losses = oneMoreLoss(cursor.losses, answer)
  const fromMs = Math.max(cursor.fromMs, (cursor.afterDateStopMs ?? cursor.fromMs) - resyncMs)
  const readThroughMs = cursor.afterDateStopMs
  return { rows: [], rejects: [], next: { fromMs, losses }, more: true, readThroughMs, notes: ['cursor-lost'] }
}

/**
 * The cursor becomes the last record that stopped by now: a record of the year 2099 as cursor would hide everything
 * that comes before it. It comes again at every poll, and the ledger drops it.
 */
function tailPage(list: CallList, cursor: TailCursor, nowMs: number): Page<TailCursor> {
  const latestMs = nowMs + skewMs
  const last = list.calls.findLast((call) => call.dateStopMs <= latestMs)
  const hasMoved = last !== undefined && last.row.id !== cursor.after
  const startsWide = !hasMoved && cursor.after === undefined && !cursor.isWideStart && list.rejects.length > 0
  const next = hasMoved
    ? movedTo(cursor, last)
    : startsWide
      ? { ...cursor, isWideStart: true as const }
      : stayed(cursor)
  const notes: ReadNote[] = [...list.notes]
  if (list.calls.some((call) => call.dateStopMs > latestMs)) notes.push('future-time')
  if (!hasMoved && !startsWide && isRepeated(list, cursor, latestMs)) notes.push('paging-repeated')
  return {
    rows: list.rows,
    rejects: list.rejects,
    next,
    more: hasMoved || startsWide,
    readThroughMs: next.afterDateStopMs,
    notes,
  }
}

/** Losses are over once `after` was answered; the record that a start found may be lost as well. */
function movedTo({ fromMs, after, losses }: TailCursor, { row, dateStopMs }: CallRow): TailCursor {
  const moved = { fromMs, after: row.id, afterDateStopMs: dateStopMs }
  return after === undefined && losses !== undefined ? { ...moved, losses } : moved
}

function stayed(cursor: TailCursor): TailCursor {
  const { losses: _, ...withoutLosses } = cursor
  return cursor.after === undefined ? cursor : withoutLosses
}

/**
 * Records that should have moved the cursor and did not: a page that came twice, or a whole page that can't be read.
 * The cursor's own record alone is no repeat: a server may count it as after itself.
 */
function isRepeated(list: CallList, cursor: TailCursor, latestMs: number): boolean {
  if (list.isFull && list.itemCount > 1) return true
  return list.calls.some((call) => call.row.id !== cursor.after && call.dateStopMs <= latestMs)
}
