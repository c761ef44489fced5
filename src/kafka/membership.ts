import { setTimeout as sleep } from 'node:timers/promises'
import type { Kafka } from 'kafkajs'
import { untilAborted } from '../model/until-aborted.ts'
import { type Claims, stickyAssigner } from './assigner.ts'

/** What a membership needs to know and whom it tells. */
export interface MembershipOptions {
  /** A client of its own for every consumer. */
  readonly kafka: () => Kafka
  readonly groupId: string
  readonly topic: string
  readonly sessionTimeoutMs: number
  /** Partitions that have sources; they are spread evenly before the rest. */
  readonly busy: ReadonlySet<number>
  /** What this process holds. */
  readonly claims: () => Claims
  /** Called with all partitions that this process should own, at every rebalance. Must not throw. */
  readonly assigned: (partitions: readonly number[]) => void
  /** Called when the consumer had to be made anew. */
  readonly crashed: (error: unknown) => void
}

/**
 * This process's place in the consumer group. The group says who *should* own a partition; nothing is ever fetched
 * through it, all partitions stay paused.
 */
export class Membership {
  readonly #options: MembershipOptions
  readonly #stopping = new AbortController()
  #running: Promise<void> | undefined
  #confirmedAtMs = Number.NEGATIVE_INFINITY
  #confirmed = Promise.withResolvers<void>()

  constructor(options: MembershipOptions) {
    this.#options = options
  }

  /** Joins the group and stays in it until `leave`, making a new consumer where one breaks down. */
  join(): void {
    this.#running ??= this.#run()
  }

  /** Resolves once the group confirmed this member after `sinceMs` (performance.now()): by a heartbeat or a join. */
  async confirmedAfter(sinceMs: number, signal: AbortSignal): Promise<void> {
    while (this.#confirmedAtMs <= sinceMs) await untilAborted(this.#confirmed.promise, signal)
  }

  /** Leaves the group, so that another process takes over at once. Does not wait longer than `deadlineMs`. */
  async leave(deadlineMs: number): Promise<void> {
    this.#stopping.abort(new Error('this process leaves the group'))
    await Promise.race([this.#running, sleep(deadlineMs, undefined, { ref: false })])
  }

  async #run(): Promise<void> {
    const { signal } = this.#stopping
    for (let delayMs = 100; !signal.aborted; delayMs = Math.min(delayMs * 2, 5_000)) {
      const startedAt = performance.now()
      try {
        await this.#takePart()
      } catch (error) {
        if (signal.aborted) return
        this.#options.crashed(error)
      }
      if (performance.now() - startedAt > 30_000) delayMs = 100
      await sleep(delayMs, undefined, { signal }).catch(() => {})
    }
  }

  /** Lives through one consumer; throws what ended it. */
  async #takePart(): Promise<void> {
    const { groupId, topic, sessionTimeoutMs, busy, claims, assigned } = this.#options
    const consumer = this.#options.kafka().consumer({
      groupId,
      partitionAssigners: [stickyAssigner(topic, busy, claims)],
      sessionTimeout: sessionTimeoutMs,
      heartbeatInterval: Math.floor(sessionTimeoutMs / 3),
      rebalanceTimeout: 15_000,
      maxWaitTimeInMs: 500,
      allowAutoTopicCreation: false,
    })
    const { signal } = this.#stopping
    const crash = Promise.withResolvers<never>()
    crash.promise.catch(() => {})
    const stop = (): void => crash.reject(signal.reason)
    signal.addEventListener('abort', stop)
    const { CRASH, GROUP_JOIN, HEARTBEAT } = consumer.events
    consumer.on(CRASH, ({ payload }) => {
      if (!payload.restart) crash.reject(payload.error)
    })
    consumer.on(HEARTBEAT, () => this.#confirm())
    consumer.on(GROUP_JOIN, ({ payload }) => {
      const partitions = payload.memberAssignment[topic] ?? []
      // Listeners run before the first fetch: paused here, nothing is ever fetched.
      if (partitions.length > 0) consumer.pause([{ topic, partitions: [...partitions] }])
      if (signal.aborted) return
      assigned(partitions)
      this.#confirm()
    })
    try {
      await consumer.connect()
      await consumer.subscribe({ topics: [topic], fromBeginning: true })
      signal.throwIfAborted()
      // A join that has begun is waited for: kafkajs does not leave a group that it is about to be in.
      await consumer.run({ autoCommit: false, eachBatch: async () => {} })
      await crash.promise
    } finally {
      signal.removeEventListener('abort', stop)
      await consumer.disconnect().catch(() => {})
    }
  }

  #confirm(): void {
    this.#confirmedAtMs = performance.now()
    this.#confirmed.resolve()
    this.#confirmed = Promise.withResolvers<void>()
  }
}
