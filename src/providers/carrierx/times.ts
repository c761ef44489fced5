import type { JsonValue } from '../../model/json.ts'
import { Unreadable } from '../../model/row.ts'
import { isoTimeMs } from '../iso-time.ts'
import { isSaid } from '../scalars.ts'

/** A time of a record, or null where CarrierX says none. Throws `Unreadable` for what is said and is no time. */
export function timeOf(value: JsonValue | undefined, field: string): number | null {
  if (!isSaid(value)) return null
  const ms = typeof value === 'string' ? isoTimeMs(value) : undefined
  if (ms === undefined) throw new Unreadable('bad-time', `${field} is not a time`)
  return ms
}
