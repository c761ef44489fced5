import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { Load, mostBytesPerPartition, mostRecordsPerPartition, sizeOf } from '../../src/ledger/load.ts'
import type { TopicRecord } from '../../src/model/topic-record.ts'

function record(topic: string, partition: number, bytes: number): TopicRecord {
  return { topic, partition, key: 'k', value: Buffer.alloc(bytes) }
}

/** Records and bytes by place. */
class Tally {
  readonly places = new Map<string, { records: number; bytes: number }>()

  add(record: TopicRecord): void {
    const at = this.places.get(`${record.topic}/${record.partition}`) ?? { records: 0, bytes: 0 }
    this.places.set(`${record.topic}/${record.partition}`, {
      records: at.records + 1,
      bytes: at.bytes + sizeOf(record),
    })
  }

  assertWithinBounds(): void {
    for (const { records, bytes } of this.places.values()) {
      expect(records).toBeLessThanOrEqual(mostRecordsPerPartition)
      if (records > 1) expect(bytes).toBeLessThanOrEqual(mostBytesPerPartition)
    }
  }
}

const someRecord = fc.record({ topic: fc.constantFrom('a', 'b'), partition: fc.nat(3), bytes: fc.nat(400_000) })

describe('Load', () => {
  it('takes a thousand records of a partition, and no more', () => {
    const load = new Load()
    for (let n = 0; n < 1_000; n++) expect(load.add(record('a', 0, 10))).toBe(true)
    expect(load.add(record('a', 0, 10))).toBe(false)
    expect(load.add(record('a', 1, 10))).toBe(true)
    expect(load.add(record('b', 0, 10))).toBe(true)
  })

  it('takes 900,000 bytes of a partition, but a first record of any size', () => {
    const load = new Load()
    expect(load.add(record('a', 0, 2_000_000))).toBe(true)
    expect(load.add(record('a', 0, 1))).toBe(false)
    expect(load.add(record('a', 1, 450_000))).toBe(true)
    expect(load.add(record('a', 1, 449_000))).toBe(true)
    expect(load.add(record('a', 1, 1_000))).toBe(false)
  })

  it('counts key, value and headers', () => {
    const headers = { name: 'välue' }
    expect(sizeOf({ topic: 'a', partition: 0, key: 'key', value: null })).toBeGreaterThanOrEqual(3)
    const bytes = Buffer.byteLength('key') + 100 + Buffer.byteLength('name') + Buffer.byteLength('välue')
    expect(
      sizeOf({ topic: 'a', partition: 0, key: Buffer.from('key'), value: Buffer.alloc(100), headers }),
    ).toBeGreaterThanOrEqual(bytes)
  })

  it('never holds more than one send may, however it was filled', () => {
    fc.assert(
      fc.property(fc.array(fc.array(someRecord, { maxLength: 12 }), { maxLength: 12 }), (groups) => {
        const whole = new Load()
        const merged = new Tally()
        for (const group of groups) {
          const part = new Load()
          const taken = group
            .map(({ topic, partition, bytes }) => record(topic, partition, bytes))
            .filter((each) => part.add(each))
          const tally = new Tally()
          for (const each of taken) tally.add(each)
          tally.assertWithinBounds()
          if (whole.merge(part)) for (const each of taken) merged.add(each)
        }
        merged.assertWithinBounds()
      }),
    )
  })

  it('is unchanged by a merge that it refuses', () => {
    const load = new Load()
    load.add(record('a', 0, 500_000))
    const other = new Load()
    other.add(record('b', 0, 500_000))
    other.add(record('a', 0, 500_000))
    expect(load.merge(other)).toBe(false)
    expect(load.add(record('b', 0, 800_000))).toBe(true)
    expect(load.add(record('a', 0, 300_000))).toBe(true)
  })
})
