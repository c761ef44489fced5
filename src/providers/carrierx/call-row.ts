import { isJsonObject, type JsonValue } from '../../model/json.ts'
import { type CdrRow, Unreadable } from '../../model/row.ts'
import { idOf } from '../scalars.ts'
import { type Mapping, normalize } from './normalize.ts'
import { timeOf } from './times.ts'

/** A call detail record whose place in the order is known. */
export interface CallRow {
  readonly row: CdrRow
  /** `date_stop`, which CarrierX orders by; milliseconds. */
  readonly dateStopMs: number
}

/**
 * The row of one element of `items`. Throws `Unreadable` where it can be no row at all: not an object, without a
 * `dr_sid`, or without a readable `date_stop`; everything else is read when the row is normalized.
 */
export function callRow(item: JsonValue, mapping: Mapping, rawText: () => string): CallRow {
  if (!isJsonObject(item)) throw new Unreadable('not-an-object', 'the record is not an object')
  const id = idOf(item['dr_sid'])
  if (id === undefined) throw new Unreadable('no-id', 'dr_sid is not an id')
  const dateStopMs = timeOf(item['date_stop'], 'date_stop')
  if (dateStopMs === null) throw new Unreadable('bad-time', 'date_stop is missing')
  return { row: { kind: 'cdr', id, content: item, normalize: () => normalize(item, id, mapping), rawText }, dateStopMs }
}
