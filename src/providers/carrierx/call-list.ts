import type { HttpAnswer } from '../../model/http.ts'
import { isJsonObject, type JsonValue } from '../../model/json.ts'
import { type CdrRow, type ReadNote, type Reject, Unreadable } from '../../model/row.ts'
import { distinctRows } from '../distinct-rows.ts'
import { answerShape, type JsonAnswer, jsonAnswer, shapeOf } from '../json-answer.ts'
import { rawItems } from '../json-items.ts'
import { isSaid } from '../scalars.ts'
import { type CallRow, callRow } from './call-row.ts'
import type { Mapping } from './normalize.ts'

/** One answer of `GET /calls/call_drs`. */
export interface CallList {
  /** Every readable record in the order of the answer, repeats included: paging goes by these. */
  readonly calls: readonly CallRow[]
  /** The rows to be published: no id twice. */
  readonly rows: readonly CdrRow[]
  readonly rejects: readonly Reject[]
  /** How many elements `items` has. */
  readonly itemCount: number
  /** The answer has as many elements as it may have, so there may be more. */
  readonly isFull: boolean
  /** What `has_more` says; the sample shows that it does not mean much. */
  readonly hasMore: boolean
  /** `pagination.next` as it was sent: an address on any host. */
  readonly next: string | undefined
  readonly notes: readonly ReadNote[]
}

/**
 * Reads the envelope `{count, has_more, items, limit, offset, pagination, total}` of CarrierX's Get Call Detail Records.
 * Throws `RT-ANSWER-SHAPE` where `items` is not an array or the answer speaks of errors: nothing is taken as empty
 * that CarrierX did not say is empty. An element that is no record is a reject, and the rest goes on.
 */
export async function readCallList(answer: HttpAnswer, limit: number, mapping: Mapping): Promise<CallList> {
  const { text, object } = await jsonAnswer(answer)
  const { items, count, has_more: hasMore, pagination } = object
  if (hasErrors(object)) throw answerShape(answer, 'a list of records', 'an error object')
  if (!isArray(items)) throw answerShape(answer, 'an array in items', shapeOf(items))
  const { calls, rejects } = readItems(items, text, mapping)
  const { rows, isContradictory } = distinctRows(calls.map((call) => call.row))
  const next = isJsonObject(pagination) ? pagination['next'] : undefined
  const notes: ReadNote[] = []
  if (isContradictory) notes.push('duplicate-id')
  if (isSaid(count) && Number(count) !== items.length) notes.push('count-mismatch')
  return {
    calls,
    rows,
    rejects,
    itemCount: items.length,
    isFull: items.length >= Math.min(limit, statedLimit(object['limit'])),
    hasMore: hasMore === true,
    next: typeof next === 'string' && next !== '' ? next : undefined,
    notes,
  }
}

function readItems(items: readonly JsonValue[], text: string, mapping: Mapping) {
  const rawItem = rawItems(text, 'items')
  const calls: CallRow[] = []
  const rejects: Reject[] = []
  for (const [index, item] of items.entries()) {
    try {
      calls.push(callRow(item, mapping, () => rawItem(index)))
    } catch (error) {
      if (!(error instanceof Unreadable)) throw error
      rejects.push({ reason: error.reason, detail: error.message, rawText: rawItem(index) })
    }
  }
  return { calls, rejects }
}

/** The vendor's SDK expects `{"errors": ...}`; a gateway in front of it may say `error`. */
function hasErrors({ errors, error }: JsonAnswer['object']): boolean {
  return [errors, error].some((said) => isSaid(said) && said !== false && !(isArray(said) && said.length === 0))
}

/** A server that caps the limit says so, and its pages are full with fewer records than were asked for. */
function statedLimit(limit: JsonValue | undefined): number {
  return typeof limit === 'number' && limit >= 1 ? limit : Number.POSITIVE_INFINITY
}

function isArray(value: JsonValue | undefined): value is readonly JsonValue[] {
  return Array.isArray(value)
}
