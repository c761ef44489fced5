import type { Message } from 'kafkajs'
import { createKafka } from '../src/kafka/client.ts'
import { kafkajs } from '../src/kafka/kafkajs.ts'
import { kafkaSettings, silent } from './connection.ts'
import { type PublishedEvent, readEvents } from './events.ts'

/** What the bare producer is told, as JSON in its only argument. */
export interface BareProducerOrder {
  readonly brokers: readonly string[]
  /** The topic whose events are sent again. */
  readonly from: string
  readonly to: string
  readonly partitions: number
  readonly recordsPerTransaction: number
  readonly compression: 'none' | 'zstd'
}

/** What it measured, printed as one line of JSON. */
export interface BareProducerReport {
  readonly records: number
  readonly bytes: number
  readonly seconds: number
  readonly cpuSeconds: number
}

// The ceiling: kafkajs with nothing else to do, one transaction after another, the bytes ready in memory.
const order = JSON.parse(process.argv[2] ?? '{}') as BareProducerOrder
const settings = kafkaSettings(order.brokers)
const events = await readEvents(settings, order.from, order.partitions)
const producer = createKafka(settings, 'bare', silent).producer({
  transactionalId: `bare-${process.pid}`,
  allowAutoTopicCreation: false,
  createPartitioner: kafkajs.Partitioners.DefaultPartitioner,
  retry: { initialRetryTime: 15, maxRetryTime: 1_000, factor: 0.2, multiplier: 2, retries: 15 },
})
await producer.connect()
await (await producer.transaction()).abort()
const turns = transactions(events)
const compression = kafkajs.CompressionTypes[order.compression === 'zstd' ? 'ZSTD' : 'None']
const cpuBefore = process.cpuUsage()
const startedAt = performance.now()
for (const messages of turns) {
  const transaction = await producer.transaction()
  await transaction.sendBatch({ compression, topicMessages: [{ topic: order.to, messages }] })
  await transaction.commit()
}
const cpu = process.cpuUsage(cpuBefore)
const report: BareProducerReport = {
  records: events.length,
  bytes: events.reduce((bytes, { key, value }) => bytes + key.length + value.length, 0),
  seconds: (performance.now() - startedAt) / 1000,
  cpuSeconds: (cpu.user + cpu.system) / 1e6,
}
console.log(JSON.stringify(report))
await producer.disconnect()

/** The events in transactions of the wanted size, each spread over the partitions as all of them are. */
function transactions(all: readonly PublishedEvent[]): Message[][] {
  const count = Math.ceil(all.length / order.recordsPerTransaction)
  const turns: Message[][] = Array.from({ length: count }, () => [])
  const byPartition = Map.groupBy(all, ({ partition }) => partition)
  for (const queue of byPartition.values()) {
    for (const [at, event] of queue.entries()) turns[Math.floor((at * count) / queue.length)]?.push(event)
  }
  return turns
}
