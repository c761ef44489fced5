import { setTimeout as sleep } from 'node:timers/promises'
import type { Kafka, Message, Producer, RecordMetadata } from 'kafkajs'
import type { KafkaSettings } from '../model/settings.ts'
import type { TopicRecord } from '../model/topic-record.ts'
import { untilAborted } from '../model/until-aborted.ts'
import { kafkajs } from './kafkajs.ts'
import './produce-request.ts'
import { isFenced, LostWrite, NotCommitted, OutcomeUnknown } from './kafka-errors.ts'

/** The coordinator aborts a transaction that is open for longer. */
const transactionTimeoutMs = 15_000
/** How long the fence may take before the partition is given up for now. */
const fenceDeadlineMs = 30_000
/** How long a courtesy (an abort, a disconnect) may take. */
const courtesyMs = 1_000

/** How a transaction ended, for metrics. */
export type TransactionOutcome = 'committed' | 'aborted' | 'unknown'

/** Hears of every transaction. */
export type TransactionHook = (outcome: TransactionOutcome, seconds: number, records: number) => void

const compressionTypes = {
  none: kafkajs.CompressionTypes.None,
  gzip: kafkajs.CompressionTypes.GZIP,
  zstd: kafkajs.CompressionTypes.ZSTD,
} as const

/**
 * The one writer of a checkpoint partition: a transactional producer that fenced its predecessors when it was opened.
 * After any failure it is of no use any more: close it and open another.
 */
export class Writer {
  readonly #producer: Producer
  readonly #compression: KafkaSettings['compression']
  readonly #hook: TransactionHook

  private constructor(producer: Producer, compression: KafkaSettings['compression'], hook: TransactionHook) {
    this.#producer = producer
    this.#compression = compression
    this.#hook = hook
  }

  /**
   * Connects and fences: when this resolves no earlier writer of this transactional id can commit, and whatever it had
   * open is finished. Throws the last failure after half a minute, or the signal's reason.
   */
  static async open(
    kafka: Kafka,
    transactionalId: string,
    compression: KafkaSettings['compression'],
    hook: TransactionHook,
    signal: AbortSignal,
  ): Promise<Writer> {
    const deadline = performance.now() + fenceDeadlineMs
    for (let delayMs = 50; ; delayMs = Math.min(delayMs * 2, 2_000)) {
      signal.throwIfAborted()
      const producer = kafka.producer({
        transactionalId,
        transactionTimeout: transactionTimeoutMs,
        allowAutoTopicCreation: false,
        // Never asked, since every record names its partition; naming one silences a warning.
        createPartitioner: kafkajs.Partitioners.DefaultPartitioner,
        // A transaction that closely follows another is refused for some milliseconds; kafkajs would wait 300.
        retry: { initialRetryTime: 15, maxRetryTime: 1_000, factor: 0.2, multiplier: 2, retries: 15 },
      })
      try {
        await untilAborted(fence(producer), signal)
        return new Writer(producer, compression, hook)
      } catch (error) {
        void disconnect(producer)
        if (performance.now() + delayMs > deadline) throw error
        await sleep(delayMs, undefined, { signal })
      }
    }
  }

  /** Commits `records` in one transaction. Throws `NotCommitted` or `OutcomeUnknown`; then the writer must be closed. */
  async publish(records: readonly TopicRecord[]): Promise<void> {
    const startedAt = performance.now()
    const ended = (outcome: TransactionOutcome) =>
      this.#hook(outcome, (performance.now() - startedAt) / 1000, records.length)
    const transaction = await this.#producer.transaction().catch((cause: unknown) => {
      ended('aborted')
      throw new NotCommitted('the transaction could not be begun', { cause })
    })
    try {
      const metadata = await transaction.sendBatch({
        acks: -1,
        timeout: 10_000,
        compression: compressionTypes[this.#compression],
        topicMessages: byTopic(records),
      })
      assertCovered(metadata, records)
    } catch (cause) {
      ended('aborted')
      // Only a courtesy to readers, who see nothing behind an open transaction: the next fence aborts it anyway.
      if (!isFenced(cause)) await within(courtesyMs, transaction.abort())
      throw new NotCommitted('the transaction was not committed', { cause })
    }
    try {
      await transaction.commit()
    } catch (cause) {
      ended('unknown')
      throw new OutcomeUnknown('whether the transaction was committed is not known', { cause })
    }
    ended('committed')
  }

  /** Disconnects; does not wait for long, and never fails. */
  async close(): Promise<void> {
    await disconnect(this.#producer)
  }
}

/** Beginning a transaction initialises the transactional id; an empty one is aborted without asking anybody. */
async function fence(producer: Producer): Promise<void> {
  await producer.connect()
  const transaction = await producer.transaction()
  await transaction.abort()
}

function byTopic(records: readonly TopicRecord[]): { topic: string; messages: Message[] }[] {
  const topics = new Map<string, Message[]>()
  for (const record of records) {
    let messages = topics.get(record.topic)
    if (messages === undefined) {
      messages = []
      topics.set(record.topic, messages)
    }
    messages.push(record as Message)
  }
  return [...topics].map(([topic, messages]) => ({ topic, messages }))
}

/** kafkajs resolves a send of which it dropped a partition: one it does not know, or whose leader moved meanwhile. */
function assertCovered(metadata: readonly RecordMetadata[], records: readonly TopicRecord[]): void {
  const written = new Set<string>()
  for (const { topicName, partition, errorCode } of metadata)
    if (errorCode === 0) written.add(`${topicName}/${partition}`)
  const checked = new Set<string>()
  for (const { topic, partition } of records) {
    const place = `${topic}/${partition}`
    if (checked.has(place)) continue
    checked.add(place)
    if (!written.has(place)) throw new LostWrite(`Kafka did not acknowledge ${place}`)
  }
}

async function disconnect(producer: Producer): Promise<void> {
  await within(courtesyMs, producer.disconnect())
}

/** Waits for `work` for at most `ms`, whatever becomes of it. */
async function within(ms: number, work: Promise<unknown>): Promise<void> {
  const timer = Promise.withResolvers<void>()
  const handle = setTimeout(timer.resolve, ms)
  await Promise.race([work.catch(() => {}), timer.promise])
  clearTimeout(handle)
}
