import PQueue from 'p-queue'
import { causeOf, RingtailError } from '../model/errors.ts'
import type { Priority, RateLimit, SendOptions } from '../model/http.ts'
import type { Clock } from './clock.ts'
import { type Sent, SlidingWindows } from './sliding-windows.ts'
import type { WireAnswer } from './wire.ts'

/** Where a source stands with its rate limit. */
export interface RateLimitState {
  /** Requests that could be sent at once now; Infinity without limits. */
  readonly remaining: number
  readonly waiting: number
  readonly inFlight: number
  /** How long everything waits because the provider refused a request, milliseconds. */
  readonly heldForMs: number
}

/** What turns need from outside. */
export interface TurnsSurroundings {
  readonly clock: Clock
  /** From 0 to below 1. */
  readonly random: () => number
  /** Called with seconds of the clock in which at least one request waited for the limit. */
  readonly onThrottled: (seconds: number) => void
}

const priorities: Readonly<Record<Priority, number>> = { inspect: 4, live: 3, recheck: 2, probe: 1, backfill: 0 }
const firstBackoffMs = 1_000
const longestBackoffMs = 300_000

/**
 * Whose turn it is to be sent, among the requests of one source. The most urgent goes first, and that is decided when a
 * request may go, not when it asked: until then the queue is closed. A turn lasts until the answer has ended.
 */
export class Turns {
  readonly #queue: PQueue
  readonly #windows: SlidingWindows
  readonly #outside: TurnsSurroundings
  #heldUntilMs = Number.NEGATIVE_INFINITY
  #heldAtMs = Number.NEGATIVE_INFINITY
  #refusals = 0
  #throttledSinceMs: number | undefined
  #cancelTimer: (() => void) | undefined

  constructor(limits: readonly RateLimit[], outside: TurnsSurroundings) {
    this.#queue = new PQueue({ concurrency: Math.min(...limits.map(({ concurrency }) => concurrency)) })
    this.#windows = new SlidingWindows(limits)
    this.#outside = outside
  }

  /** Does `work` when its turn has come. Throws the reason of the signal where that is aborted before. */
  async take(options: SendOptions, work: () => Promise<WireAnswer>): Promise<WireAnswer> {
    const { promise, resolve, reject } = Promise.withResolvers<WireAnswer>()
    const turn = async (): Promise<void> => {
      const sent = this.#windows.note(this.#now())
      // At once, so that the queue is closed before it can start another one.
      this.#admit()
      try {
        const answer = await work()
        this.#answered(sent)
        resolve(answer)
        await answer.ended
      } catch (error) {
        this.#refused(sent, error)
        reject(error)
      }
    }
    this.#queue
      .add(turn, { priority: priorities[options.priority], signal: options.signal })
      .catch((error: unknown) => {
        this.#admit()
        reject(error)
      })
    this.#admit()
    return promise
  }

  state(): RateLimitState {
    this.#admit()
    const nowMs = this.#now()
    return {
      remaining: this.#windows.remaining(nowMs),
      waiting: this.#queue.size,
      inFlight: this.#queue.pending,
      heldForMs: Math.max(0, this.#heldUntilMs - nowMs),
    }
  }

  /** Opens the queue if one more request may be sent now, and otherwise closes it until then. */
  #admit(): void {
    const nowMs = this.#now()
    const opensMs = Math.max(this.#windows.nextMs(), this.#heldUntilMs)
    this.#cancelTimer?.()
    this.#cancelTimer = undefined
    if (opensMs <= nowMs) this.#queue.start()
    else {
      this.#queue.pause()
      if (this.#queue.size > 0) this.#cancelTimer = this.#outside.clock.after(opensMs - nowMs, () => this.#admit())
    }
    this.#countThrottled(nowMs)
  }

  #countThrottled(nowMs: number): void {
    if (this.#throttledSinceMs !== undefined) this.#outside.onThrottled((nowMs - this.#throttledSinceMs) / 1000)
    this.#throttledSinceMs = this.#queue.isPaused && this.#queue.size > 0 ? nowMs : undefined
  }

  #answered(sent: Sent): void {
    sent.answeredMs = this.#now()
    this.#refusals = 0
    this.#admit()
  }

  #refused(sent: Sent, error: unknown): void {
    const nowMs = this.#now()
    sent.answeredMs = nowMs
    const refusal = causeOf(error, RingtailError)
    const askedMs = refusal?.retryAfterMs
    if (askedMs !== undefined && (refusal?.status === 429 || refusal?.status === 503)) this.#hold(nowMs, askedMs)
    // What was under way when the last hold began says nothing new.
    else if (refusal?.status === 429 && sent.sentMs > this.#heldAtMs) this.#hold(nowMs, this.#backoffMs())
    this.#admit()
  }

  #hold(nowMs: number, forMs: number): void {
    this.#heldAtMs = nowMs
    this.#heldUntilMs = Math.max(this.#heldUntilMs, nowMs + forMs)
  }

  /** Doubles with every refusal until an answer comes; between one and one and a half times that, by chance. */
  #backoffMs(): number {
    return Math.min(firstBackoffMs * 2 ** this.#refusals++, longestBackoffMs) * (1 + this.#outside.random() / 2)
  }

  #now(): number {
    return this.#outside.clock.now()
  }
}
