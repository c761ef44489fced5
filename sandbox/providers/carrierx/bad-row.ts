import type { Random } from '../random.ts'
import type { CallRecord } from './record.ts'

/** A row of an answer that can't be read as a call: its text, and what is wrong with it. */
export interface BadCallRow {
  readonly rawText: string
  readonly reason: string
}

/** Spoils a record so that no reader can make a row of it. No two of them have the same text. */
export function badCallRow(record: CallRecord, random: Random): BadCallRow {
  const { dr_sid, ...withoutSid } = record
  switch (random.integer(0, 4)) {
    case 0:
      return { rawText: JSON.stringify(withoutSid), reason: 'no dr_sid' }
    case 1:
      return { rawText: JSON.stringify({ ...record, dr_sid: null }), reason: 'dr_sid is null' }
    case 2:
      return { rawText: JSON.stringify({ ...record, date_stop: 'yesterday at noon' }), reason: 'date_stop is no date' }
    case 3:
      return {
        rawText: JSON.stringify({ ...record, date_start: '2025-13-45T99:00:00Z' }),
        reason: 'date_start is no date',
      }
    default:
      return { rawText: JSON.stringify(`record ${dr_sid} is being rebuilt`), reason: 'not an object' }
  }
}
