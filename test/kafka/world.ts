import { randomUUID } from 'node:crypto'
import type { Kafka, Producer, Transaction } from 'kafkajs'
import { poll } from '../../sandbox/jvm/poll.ts'
import { createKafka } from '../../src/kafka/client.ts'
import type { KafkaLog } from '../../src/kafka/log.ts'
import { LogReader, type ReadRange, type ReadRecord } from '../../src/kafka/restore.ts'
import { Writer } from '../../src/kafka/writer.ts'
import type { KafkaSettings, Settings } from '../../src/model/settings.ts'
import type { TopicRecord } from '../../src/model/topic-record.ts'

/** A signal that nobody aborts. */
export const never = new AbortController().signal

/** A log that nobody reads. */
export const silent: KafkaLog = { error: () => {}, warn: () => {}, debug: () => {} }

/** Whole settings for the brokers, with names that no other test has. */
export function settingsFor(brokers: readonly string[], kafka: Partial<KafkaSettings> = {}): Settings {
  const id = `test-${randomUUID()}`
  return {
    app: { id, checkpointPartitions: 4 },
    kafka: {
      brokers,
      tls: undefined,
      sasl: undefined,
      sessionTimeoutMs: 6_000,
      topics: {
        cdr: `${id}.cdr`,
        recordingReady: `${id}.recording-ready`,
        transcriptReady: `${id}.transcript-ready`,
        mediaUnavailable: `${id}.media-unavailable`,
        deadLetter: `${id}.dead-letter`,
        checkpoints: `${id}.checkpoints`,
      },
      createTopics: { partitions: undefined, replicationFactor: undefined },
      compression: 'none',
      ...kafka,
    },
    schemaRegistry: { url: 'http://127.0.0.1:1', username: undefined, password: undefined, register: false },
    events: { headers: 'none' },
    admin: { host: '127.0.0.1', port: 0, token: undefined },
    log: { level: 'silent' },
    sources: [],
  }
}

/** A client as Ringtail makes it. */
export function kafkaOf(brokers: readonly string[]): Kafka {
  return createKafka(settingsFor(brokers).kafka, 'test', silent)
}

/** Makes a topic, with a name of its own unless one is given, waits until it can be used, and gives the name. */
export async function createTopic(
  brokers: readonly string[],
  partitions = 1,
  config: Readonly<Record<string, string>> = {},
  topic = `test-${randomUUID()}`,
): Promise<string> {
  const admin = createKafka(settingsFor(brokers).kafka, 'test', silent).admin()
  await admin.connect()
  try {
    const configEntries = Object.entries(config).map(([name, value]) => ({ name, value }))
    await admin.createTopics({
      topics: [{ topic, numPartitions: partitions, configEntries }],
      waitForLeaders: false,
    })
    // A broker hears of a topic some moments after it was created.
    await poll(`topic ${topic}`, () => admin.fetchTopicOffsets(topic).catch(() => undefined))
    return topic
  } finally {
    await admin.disconnect()
  }
}

/** Opens a writer; a new id for its transactions unless one is given. */
export function openWriter(
  kafka: Kafka,
  transactionalId: string = randomUUID(),
  compression: KafkaSettings['compression'] = 'none',
): Promise<Writer> {
  return Writer.open(kafka, transactionalId, compression, () => {}, never)
}

/** A record with text as its value, and as its key unless one is given. */
export function record(topic: string, partition: number, value: string, key = value): TopicRecord {
  return { topic, partition, key, value: Buffer.from(value) }
}

/** Reads a range by a reader of its own. */
export async function readRecords(brokers: readonly string[], range: ReadRange): Promise<ReadRecord[]> {
  const reader = new LogReader(settingsFor(brokers).kafka, 'test', silent)
  const records: ReadRecord[] = []
  try {
    const count = await reader.read(range, (each) => records.push(each), never)
    if (count !== records.length) throw new Error(`read counts ${count} records and gave ${records.length}`)
    return records
  } finally {
    await reader.close()
  }
}

/** The values that are committed in a partition now, in order, to its last stable offset. */
export async function visible(brokers: readonly string[], topic: string, partition = 0): Promise<string[]> {
  const records = await readRecords(brokers, { topic, partition })
  return records.map(({ value }) => String(value))
}

/**
 * The values that are committed in a partition once all its transactions have ended.
 *
 * Their ends follow a commit by some milliseconds. So it writes a record of its own and waits until that is visible.
 */
export async function committed(brokers: readonly string[], topic: string, partition = 0): Promise<string[]> {
  const end = `end ${randomUUID()}`
  const writer = await openWriter(kafkaOf(brokers))
  try {
    await writer.publish([record(topic, partition, end)])
  } finally {
    await writer.close()
  }
  const values = await poll(`the end of ${topic}/${partition}`, async () => {
    const seen = await visible(brokers, topic, partition)
    return seen.at(-1) === end ? seen : undefined
  })
  return values.filter((value) => !value.startsWith('end '))
}

/** The last stable offset of a partition. */
export async function stableEnd(brokers: readonly string[], topic: string, partition = 0): Promise<number> {
  const admin = createKafka(settingsFor(brokers).kafka, 'test', silent).admin()
  await admin.connect()
  try {
    const offsets = await admin.fetchTopicOffsets(topic)
    return Number(offsets.find((each) => each.partition === partition)?.high)
  } finally {
    await admin.disconnect()
  }
}

/** What a test does inside of a writer's transactions. */
export interface Interruptions {
  readonly transactionTimeout?: number
  readonly beforeSend?: (transaction: Transaction) => Promise<void>
  readonly beforeCommit?: () => Promise<void>
}

/** A client whose producers let a test in between the steps of a transaction. */
export function interrupted(kafka: Kafka, { transactionTimeout, beforeSend, beforeCommit }: Interruptions): Kafka {
  const producer: Kafka['producer'] = (config) => {
    const inner: Producer = kafka.producer({ ...config, ...(transactionTimeout && { transactionTimeout }) })
    const transaction = async (): Promise<Transaction> => {
      const begun = await inner.transaction()
      return {
        ...begun,
        sendBatch: async (batch) => {
          await beforeSend?.(begun)
          return begun.sendBatch(batch)
        },
        commit: async () => {
          await beforeCommit?.()
          return begun.commit()
        },
      }
    }
    return { ...inner, transaction }
  }
  return Object.create(kafka, { producer: { value: producer } }) as Kafka
}
