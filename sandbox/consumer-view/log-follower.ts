import { randomUUID } from 'node:crypto'
import type { Admin, Consumer, KafkaMessage } from 'kafkajs'
import { poll } from '../jvm/poll.ts'
import { sandboxKafka } from './sandbox-kafka.ts'

/** What is followed, and who hears of each message. */
export interface LogFollowerOptions {
  readonly brokers: readonly string[]
  readonly topics: readonly string[]
  /** Called for one message at a time, each offset once, those of a partition in order. What it throws is kept as `trouble`. */
  readonly each: (topic: string, partition: number, message: KafkaMessage) => Promise<void>
}

const topicsWithinMs = 30_000
const heartbeatEvery = 500

/**
 * A read_committed kafkajs consumer of whole topics from their beginning, in a group of its own.
 *
 * Its positions are its own, too: whatever a rebalance or restart makes kafkajs deliver again is passed over by offset,
 * so that a repeat that is seen is one in the log.
 */
export class LogFollower {
  /** What last went wrong; undefined again once a message was taken. */
  trouble: Error | undefined
  readonly #options: LogFollowerOptions
  readonly #admin: Admin
  readonly #consumer: Consumer
  /** Of `topic/partition`, the offset from which on nothing was taken yet. */
  readonly #positions = new Map<string, bigint>()

  private constructor(options: LogFollowerOptions) {
    this.#options = options
    const kafka = sandboxKafka(options.brokers)
    this.#admin = kafka.admin()
    this.#consumer = kafka.consumer({
      groupId: `consumer-view-${randomUUID()}`,
      maxWaitTimeInMs: 200,
      sessionTimeout: 10_000,
      heartbeatInterval: 2_000,
      allowAutoTopicCreation: false,
      retry: { initialRetryTime: 100, maxRetryTime: 1_000, retries: 20, restartOnFailure: async () => true },
    })
  }

  /** Starts, as soon as the topics are there; throws if they are not within half a minute. */
  static async start(options: LogFollowerOptions): Promise<LogFollower> {
    const follower = new LogFollower(options)
    try {
      await follower.#start()
    } catch (error) {
      await follower.stop()
      throw error
    }
    return follower
  }

  /** Whether everything up to the last stable offsets of this moment was taken.. */
  async caughtUp(): Promise<boolean> {
    for (const topic of this.#options.topics) {
      // kafkajs asks with read_committed, so that `high` is the last stable offset.
      for (const { partition, high } of await this.#admin.fetchTopicOffsets(topic)) {
        if ((this.#positions.get(`${topic}/${partition}`) ?? 0n) < BigInt(high)) return false
      }
    }
    return true
  }

  async stop(): Promise<void> {
    await Promise.allSettled([this.#consumer.disconnect(), this.#admin.disconnect()])
  }

  async #start(): Promise<void> {
    const { topics } = this.#options
    await this.#admin.connect()
    await poll(
      `topics ${topics.join(' and ')}`,
      async () => {
        const there = await this.#admin.listTopics()
        return topics.every((topic) => there.includes(topic)) || undefined
      },
      { withinMs: topicsWithinMs, everyMs: 100 },
    )
    this.#listen()
    await this.#consumer.connect()
    await this.#consumer.subscribe({ topics: [...topics], fromBeginning: true })
    await this.#consumer.run({
      autoCommit: false,
      eachBatch: async (payload) => {
        const { batch } = payload
        for (const [index, message] of batch.messages.entries()) {
          await this.#take(batch.topic, batch.partition, message)
          if (index % heartbeatEvery === heartbeatEvery - 1) await payload.heartbeat()
        }
      },
    })
  }

  #listen(): void {
    const { GROUP_JOIN, END_BATCH_PROCESS, CRASH } = this.#consumer.events
    // Without committed offsets kafkajs would begin anew at each join; listeners run before it fetches.
    this.#consumer.on(GROUP_JOIN, ({ payload }) => {
      for (const [topic, partitions] of Object.entries(payload.memberAssignment)) {
        for (const partition of partitions) {
          const offset = this.#positions.get(`${topic}/${partition}`)
          if (offset !== undefined) this.#consumer.seek({ topic, partition, offset: String(offset) })
        }
      }
    })
    // Transaction markers are no messages, but they take offsets.
    this.#consumer.on(END_BATCH_PROCESS, ({ payload }) => {
      this.#moveTo(`${payload.topic}/${payload.partition}`, BigInt(payload.lastOffset) + 1n)
    })
    this.#consumer.on(CRASH, ({ payload }) => {
      this.trouble = payload.error
    })
  }

  async #take(topic: string, partition: number, message: KafkaMessage): Promise<void> {
    const place = `${topic}/${partition}`
    const offset = BigInt(message.offset)
    if (offset < (this.#positions.get(place) ?? 0n)) return
    try {
      await this.#options.each(topic, partition, message)
    } catch (error) {
      this.trouble = error instanceof Error ? error : new Error('a message can not be taken', { cause: error })
      throw error
    }
    this.trouble = undefined
    this.#moveTo(place, offset + 1n)
  }

  #moveTo(place: string, position: bigint): void {
    if (position > (this.#positions.get(place) ?? 0n)) this.#positions.set(place, position)
  }
}
