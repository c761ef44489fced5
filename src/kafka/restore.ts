import './zstd.ts'
import { createRequire } from 'node:module'
import { setTimeout as sleep } from 'node:timers/promises'
import { RingtailError } from '../model/errors.ts'
import type { KafkaSettings } from '../model/settings.ts'
import { untilAborted } from '../model/until-aborted.ts'
import { kafkaConfig } from './client.ts'
import { kafkajs } from './kafkajs.ts'
import { type KafkaLog, kafkaLogCreator } from './log.ts'

const require = createRequire(import.meta.url)

/** The part of kafkajs's cluster that a reader without a group needs. */
interface Cluster {
  connect(): Promise<void>
  disconnect(): Promise<void>
  addTargetTopic(topic: string): Promise<void>
  refreshMetadata(): Promise<void>
  findLeaderForPartitions(topic: string, partitions: readonly number[]): Record<string, number[]>
  findBroker(at: { readonly nodeId: string }): Promise<Broker>
  fetchTopicsOffset(
    topics: readonly {
      readonly topic: string
      readonly partitions: readonly { readonly partition: number }[]
      readonly fromBeginning?: boolean
      readonly fromTimestamp?: number
    }[],
  ): Promise<{ readonly partitions: readonly { readonly offset: string }[] }[]>
}

interface Broker {
  fetch(request: object): Promise<{
    readonly responses: readonly { readonly partitions: readonly FetchedPartition[] }[]
  }>
}

interface FetchedPartition {
  readonly lastStableOffset: string
  readonly messages: readonly { readonly offset: string }[]
}

/** One record as it is read back. */
export interface ReadRecord {
  readonly offset: string
  readonly timestamp: string
  readonly key: Buffer | null
  readonly value: Buffer | null
  readonly headers: Readonly<Record<string, Buffer | undefined>>
}

const makeCluster = require('kafkajs/src/cluster') as new (options: object) => Cluster
const Batch = require('kafkajs/src/consumer/batch') as new (
  topic: string,
  fetchedOffset: string,
  partition: FetchedPartition,
) => { readonly messages: readonly ReadRecord[] }
const { createLogger, LEVELS } = require('kafkajs/src/loggers') as {
  createLogger: (options: object) => object
  LEVELS: { readonly WARN: number }
}

const readCommitted = 1
const fetchBytes = 8 << 20
const stallMs = 30_000

/** What to read of a partition. */
export interface ReadRange {
  readonly topic: string
  readonly partition: number
  /** Begin at the first record of this time or later; undefined: at the first there is. Milliseconds. */
  readonly fromTimestampMs?: number
}

/** Reads partitions from their beginning to their last stable offset, outside of any consumer group. */
export class LogReader {
  readonly #cluster: Cluster
  #connected: Promise<void> | undefined

  constructor(settings: KafkaSettings, clientId: string, log: KafkaLog) {
    const config = kafkaConfig(settings, clientId, log)
    this.#cluster = new makeCluster({
      ...config,
      logger: createLogger({ level: LEVELS.WARN, logCreator: kafkaLogCreator(log) }),
      ssl: config.ssl ?? null,
      sasl: config.sasl ?? null,
      authenticationTimeout: 10_000,
      reauthenticationThreshold: 10_000,
      enforceRequestTimeout: true,
      metadataMaxAge: 300_000,
      allowAutoTopicCreation: false,
      maxInFlightRequests: null,
      isolationLevel: readCommitted,
      instrumentationEmitter: null,
      offsets: new Map(),
    })
  }

  /**
   * Calls `each` for every committed record in order, up to the offset that was the last stable one when it began or
   * is by then, or until `each` returns false. Resolves with how many those were.
   *
   * The end is asked for by itself: after an election the new leader may still show an older end to a fetch, while
   * it refuses to name it (KIP-207). Throws `RT-KAFKA-RESTORE` where it makes no headway for half a minute.
   */
  async read(range: ReadRange, each: (record: ReadRecord) => unknown, signal: AbortSignal): Promise<number> {
    const { topic, partition } = range
    await untilAborted(this.#ready(topic), signal)
    let position: bigint | undefined
    let end: bigint | undefined
    let records = 0
    let movedAt = performance.now()
    for (;;) {
      signal.throwIfAborted()
      if (performance.now() - movedAt > stallMs) throw stalled(range, position, end)
      try {
        end ??= await this.#offset(range, { fromBeginning: false })
        position ??= await this.#startOf(range, end)
        if (position >= end) return records
        const fetched = await this.#fetch(topic, partition, position)
        if (BigInt(fetched.lastStableOffset) > end) end = BigInt(fetched.lastStableOffset)
        // A Batch leaves out what was aborted; all messages, control records among them, move the position.
        for (const record of new Batch(topic, String(position), fetched).messages) {
          records++
          if (each(record) === false) return records
        }
        const last = fetched.messages.at(-1)
        if (last !== undefined && BigInt(last.offset) >= position) {
          position = BigInt(last.offset) + 1n
          movedAt = performance.now()
        }
      } catch (error) {
        if (!isPassing(error)) throw error
        await sleep(100, undefined, { signal })
        await this.#cluster.refreshMetadata().catch(() => {})
      }
    }
  }

  async close(): Promise<void> {
    await this.#cluster.disconnect().catch(() => {})
  }

  async #ready(topic: string): Promise<void> {
    this.#connected ??= this.#cluster.connect()
    try {
      await this.#connected
    } catch (error) {
      this.#connected = undefined
      throw error
    }
    await this.#cluster.addTargetTopic(topic)
  }

  async #startOf(range: ReadRange, end: bigint): Promise<bigint> {
    if (range.fromTimestampMs === undefined) return this.#offset(range, { fromBeginning: true })
    const offset = await this.#offset(range, { fromTimestamp: range.fromTimestampMs })
    return offset < 0n ? end : offset
  }

  async #offset(
    { topic, partition }: ReadRange,
    at: { readonly fromBeginning: boolean } | { readonly fromTimestamp: number },
  ): Promise<bigint> {
    const [offsets] = await this.#cluster.fetchTopicsOffset([{ topic, partitions: [{ partition }], ...at }])
    const offset = offsets?.partitions[0]?.offset
    if (offset === undefined) throw new Error(`Kafka named no offset of ${topic}/${partition}`)
    return BigInt(offset)
  }

  async #fetch(topic: string, partition: number, position: bigint): Promise<FetchedPartition> {
    const leader = Object.keys(this.#cluster.findLeaderForPartitions(topic, [partition]))[0]
    if (leader === undefined) throw new kafkajs.KafkaJSError(`${topic}/${partition} has no leader`, { retriable: true })
    const broker = await this.#cluster.findBroker({ nodeId: leader })
    const response = await broker.fetch({
      replicaId: -1,
      isolationLevel: readCommitted,
      maxWaitTime: 250,
      minBytes: 1,
      maxBytes: fetchBytes,
      topics: [{ topic, partitions: [{ partition, fetchOffset: String(position), maxBytes: fetchBytes }] }],
    })
    const fetched = response.responses[0]?.partitions[0]
    if (fetched === undefined) throw new Error(`Kafka answered a fetch of ${topic}/${partition} without it`)
    return fetched
  }
}

/** Whether asking again may help; kafkajs calls what it gave up on final, whatever that was. */
function isPassing(error: unknown): boolean {
  const cause = error instanceof kafkajs.KafkaJSNumberOfRetriesExceeded ? error.cause : error
  return cause instanceof kafkajs.KafkaJSError && cause.retriable
}

function stalled(
  { topic, partition }: ReadRange,
  position: bigint | undefined,
  end: bigint | undefined,
): RingtailError {
  return new RingtailError(`reading ${topic}/${partition} stands still at offset ${position}, its end is ${end}`, {
    code: 'RT-KAFKA-RESTORE',
    retryable: true,
    advice: 'Look for a partition without a leader, or a transaction that hangs; Ringtail tries again by itself.',
  })
}
