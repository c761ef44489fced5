import { Random } from '../random.ts'
import { callRecord } from './record.ts'

const fields: ReadonlySet<string> = new Set(Object.keys(callRecord(new Random(0), { stopMs: 0, insertMs: 0 })))

/** True for the top-level fields of a record: those that a filter may name. */
export function isCallField(name: string): boolean {
  return fields.has(name)
}
