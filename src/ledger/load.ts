import type { TopicRecord } from '../model/topic-record.ts'

/** Of one send: kafkajs puts all records of a partition into one batch, and Kafka refuses batches over 1 MiB. */
export const mostRecordsPerPartition = 1_000
export const mostBytesPerPartition = 900_000

/** Upper bound of what a record adds to a batch beside key, value and headers. */
const overheadBytes = 32

/** The bytes that a record takes in a batch, rounded up. */
export function sizeOf(record: TopicRecord): number {
  let bytes = overheadBytes + record.key.length + (record.value?.length ?? 0)
  for (const name in record.headers) bytes += name.length + (record.headers[name]?.length ?? 0) * 3 + 10
  return bytes
}

/** How much one transaction writes to each partition of each topic, kept within what one send may hold. */
export class Load {
  readonly #topics = new Map<string, { records: number; bytes: number }[]>()

  /** Adds a record if there is room for it; says whether there was. A partition's first record always fits. */
  add(record: TopicRecord): boolean {
    const at = this.#at(record.topic, record.partition)
    const bytes = sizeOf(record)
    if (at.records > 0 && (at.records >= mostRecordsPerPartition || at.bytes + bytes > mostBytesPerPartition))
      return false
    at.records++
    at.bytes += bytes
    return true
  }

  /** Adds another load if the sum stays within the bounds; says whether it does. */
  merge(other: Load): boolean {
    for (const [topic, partitions] of other.#topics) {
      for (const [partition, add] of partitions.entries()) {
        if (add === undefined) continue
        const at = this.#at(topic, partition)
        const fits =
          at.records + add.records <= mostRecordsPerPartition && at.bytes + add.bytes <= mostBytesPerPartition
        if (at.records > 0 && !fits) return false
      }
    }
    for (const [topic, partitions] of other.#topics) {
      for (const [partition, add] of partitions.entries()) {
        if (add === undefined) continue
        const at = this.#at(topic, partition)
        at.records += add.records
        at.bytes += add.bytes
      }
    }
    return true
  }

  #at(topic: string, partition: number): { records: number; bytes: number } {
    let partitions = this.#topics.get(topic)
    if (partitions === undefined) {
      partitions = []
      this.#topics.set(topic, partitions)
    }
    let at = partitions[partition]
    if (at === undefined) {
      at = { records: 0, bytes: 0 }
      partitions[partition] = at
    }
    return at
  }
}
