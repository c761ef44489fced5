import type { Random } from '../random.ts'
import type { CallRecord } from './record.ts'

/** The same call as the provider has it after a correction: re-rated, or with another cause. Always another content. */
export function corrected(record: CallRecord, random: Random): CallRecord {
  if (random.chance(0.2)) return { ...record, sipcause: record.sipcause === '487' ? '480' : '487' }
  const rate = (random.integer(10, 999_999) / 1_000_000).toString()
  const price = (random.integer(10, 999_999) / 1_000_000).toString()
  // Should the draw hit the old rate, a digit more still makes another text.
  return {
    ...record,
    rate: rate === record.rate ? `${rate}0` : rate,
    price,
    price_lcr_dst: record.price_lcr_dst === null ? null : price,
  }
}
