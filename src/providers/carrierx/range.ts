import { hash } from 'node:crypto'
import type { HttpAnswer, HttpRequest } from '../../model/http.ts'
import type { Reader } from '../../model/provider.ts'
import type { Page } from '../../model/row.ts'
import { dateStopFilter, listRequest, lostStatuses, wholeSecondAfter, wholeSecondBefore } from './addresses.ts'
import { type CallList, readCallList } from './call-list.ts'
import type { CallRow } from './call-row.ts'
import { type Losses, oneMoreLoss } from './lost-cursor.ts'
import { nextOffset } from './next-offset.ts'
import type { Mapping } from './normalize.ts'
import type { CarrierxSettings } from './settings.ts'

/** Where the reading of a window stands. */
export interface RangeCursor {
  /** The frozen window, widened to whole seconds. */
  readonly fromMs: number
  readonly toMs: number
  /** Records of the window that were read. */
  readonly offset?: number
  /** Instead of an offset: the dr_sid to go on from. */
  readonly after?: string
  /** The last item of the page before, by which a page that comes twice is noticed. */
  readonly lastItem?: string
  readonly losses?: Losses
}

/**
 * Reads the records that stopped in a window: `filter=date_stop ge A and date_stop lt B`, then page by page.
 *
 * Pages go by `offset`, as `pagination.next` says. Where there are signs of more (a full page, `has_more`) and no such
 * link, or the links go in a circle, reading goes on with `after=<last dr_sid>`, without the filter (whether the two
 * can be combined is unknown) until a page reaches B. No row is ever dropped for lying outside the window.
 */
export function rangeReader({ baseUrl, limit }: CarrierxSettings, mapping: Mapping): Reader<RangeCursor> {
  return {
    start: ({ fromMs, toMs }) => ({ fromMs: wholeSecondBefore(fromMs), toMs: wholeSecondAfter(toMs) }),
    request: (cursor) => rangeRequest(baseUrl, limit, cursor),
    async *read(answer, cursor) {
      if (cursor.after !== undefined && lostStatuses.includes(answer.status)) {
        await answer.discard()
        yield lostPage(answer, cursor)
      } else {
        const list = await readCallList(answer, limit, mapping)
        yield cursor.after === undefined ? pageByOffset(list, cursor, baseUrl) : pageByAfter(list, cursor)
      }
    },
  }
}

function rangeRequest(baseUrl: string, limit: number, cursor: RangeCursor): HttpRequest {
  if (cursor.after !== undefined) return listRequest(baseUrl, { after: cursor.after, limit }, lostStatuses)
  const filter = dateStopFilter(cursor.fromMs, cursor.toMs)
  return listRequest(
    baseUrl,
    cursor.offset === undefined ? { filter, limit } : { filter, limit, offset: cursor.offset },
  )
}

/** The window is read again from its start. */
function lostPage(answer: HttpAnswer, { fromMs, toMs, losses }: RangeCursor): Page<RangeCursor> {
  const next = { fromMs, toMs, losses: oneMoreLoss(losses, answer) }
  return { rows: [], rejects: [], next, more: true, notes: ['cursor-lost'] }
}

/**
 * An offset never skips what was not seen: a server that gives ten records for a limit of 1000 may count in thousands,
 * and one that gives a record twice counts it twice.
 */
function pageByOffset(list: CallList, cursor: RangeCursor, baseUrl: string): Page<RangeCursor> {
  if (list.itemCount === 0) return lastPage(list, cursor)
  if (list.next === undefined && !list.isFull && !list.hasMore) return lastPage(list, cursor)
  const offset = cursor.offset ?? 0
  const stated = list.next === undefined ? undefined : nextOffset(list.next, baseUrl)
  const lastItem = lastItemOf(list)
  const comesAgain = lastItem === cursor.lastItem
  const isAstray = comesAgain || (stated !== undefined && stated <= offset)
  const last = list.calls.at(-1)
  if (last !== undefined && isAstray) return noted(goOnAfter(list, cursor, last))
  if (last !== undefined && stated === undefined) return goOnAfter(list, cursor, last)
  if (comesAgain) return noted(lastPage(list, cursor))
  const seen = offset + list.rows.length + list.rejects.length
  return onwards(list, { ...cursor, offset: isAstray ? seen : Math.min(stated ?? seen, seen), lastItem })
}

/** The dr_sid of the last record, or the hash of the last reject where a page has nothing else. */
function lastItemOf({ calls, rejects }: CallList): string {
  return calls.at(-1)?.row.id ?? hash('sha256', rejects.at(-1)?.rawText ?? '')
}

function pageByAfter(list: CallList, cursor: RangeCursor): Page<RangeCursor> {
  if (list.itemCount === 0) return lastPage(list, cursor)
  const last = list.calls.at(-1)
  if (last !== undefined && last.row.id !== cursor.after) {
    const { fromMs, toMs } = cursor
    return goOnAfter(list, { fromMs, toMs }, last)
  }
  // A server may count the cursor's own record as after itself; anything more is a page that came twice.
  const isRepeated = last === undefined ? list.isFull : list.itemCount > 1
  return isRepeated ? noted(lastPage(list, cursor)) : lastPage(list, cursor)
}

/** Records come by date_stop, so one at B or later ends the window. Losses stay until `after` was answered. */
function goOnAfter(list: CallList, cursor: RangeCursor, last: CallRow): Page<RangeCursor> {
  if (last.dateStopMs >= cursor.toMs) return lastPage(list, cursor)
  const { fromMs, toMs, losses } = cursor
  const next = { fromMs, toMs, after: last.row.id }
  return onwards(list, losses === undefined ? next : { ...next, losses })
}

function onwards({ rows, rejects, notes }: CallList, next: RangeCursor): Page<RangeCursor> {
  return { rows, rejects, next, more: true, notes }
}

function lastPage({ rows, rejects, notes }: CallList, cursor: RangeCursor): Page<RangeCursor> {
  return { rows, rejects, next: cursor, more: false, notes }
}

function noted(page: Page<RangeCursor>): Page<RangeCursor> {
  return { ...page, notes: [...(page.notes ?? []), 'paging-repeated'] }
}
