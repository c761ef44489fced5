import { setTimeout as sleep } from 'node:timers/promises'
import type { Claims } from './assigner.ts'
import { isFenced } from './kafka-errors.ts'

const firstDelayMs = 100
const longestDelayMs = 10_000
/** A partition that was worked on for so long is no longer failing to be held. */
const settledMs = 2_000

/** What an owner does with a partition, and whom it asks and tells. */
export interface OwnershipOptions {
  /**
   * Fences, restores, and works on a partition until the signal aborts, then finishes within a second or so. Throws
   * where the work can't go on; it is begun again from the start.
   */
  readonly hold: (partition: number, signal: AbortSignal, acquired: () => void) => Promise<void>
  /** Resolves once the group confirmed this process after a time (performance.now()). */
  readonly confirmedAfter: (sinceMs: number, signal: AbortSignal) => Promise<void>
  /** Hears of every failure, before the partition is acquired anew. */
  readonly failed: (partition: number, error: unknown, retryInMs: number) => void
}

/** The partitions that this process works on: follows what the group assigns. */
export class Ownership {
  readonly #options: OwnershipOptions
  readonly #held = new Map<number, { readonly controller: AbortController; readonly done: Promise<void> }>()
  /** When each partition was acquired, milliseconds since 1970. */
  readonly #since = new Map<number, number>()
  #isReleased = false

  constructor(options: OwnershipOptions) {
    this.#options = options
  }

  /** What this process holds, for the assigner. */
  claims(): Claims {
    return Object.fromEntries(this.#since)
  }

  /** The partitions that were assigned and not lost since. */
  get partitions(): number[] {
    return [...this.#held.keys()].filter((partition) => !this.#held.get(partition)?.controller.signal.aborted)
  }

  /** Takes what is new, lets go of what is gone, keeps the rest as it is. */
  assign(partitions: readonly number[]): void {
    for (const [partition, { controller }] of this.#held) {
      if (!partitions.includes(partition)) controller.abort(new Error('the partition belongs to another process now'))
    }
    // A rebalance may still come while the process is about to leave the group.
    for (const partition of this.#isReleased ? [] : partitions) {
      const before = this.#held.get(partition)
      if (before !== undefined && !before.controller.signal.aborted) continue
      const controller = new AbortController()
      const done = this.#own(partition, controller.signal, before?.done)
      this.#held.set(partition, { controller, done })
    }
  }

  /** Lets go of everything for good; resolves once all work has ended. */
  async release(): Promise<void> {
    this.#isReleased = true
    for (const { controller } of this.#held.values()) controller.abort(new Error('this process stops'))
    await Promise.all([...this.#held.values()].map(({ done }) => done))
  }

  async #own(partition: number, signal: AbortSignal, before: Promise<void> | undefined): Promise<void> {
    await before
    for (let delayMs = firstDelayMs; !signal.aborted; delayMs = Math.min(delayMs * 2, longestDelayMs)) {
      let acquiredAt = Number.POSITIVE_INFINITY
      try {
        await this.#options.hold(partition, signal, () => {
          acquiredAt = performance.now()
          this.#since.set(partition, Date.now())
        })
      } catch (error) {
        this.#since.delete(partition)
        if (signal.aborted) break
        if (performance.now() - acquiredAt > settledMs) delayMs = firstDelayMs
        const waitMs = delayMs * (0.75 + Math.random() / 2)
        this.#options.failed(partition, error, waitMs)
        await this.#mayTryAgain(error, waitMs, signal)
      }
    }
    this.#since.delete(partition)
    if (this.#held.get(partition)?.controller.signal === signal) this.#held.delete(partition)
  }

  /** A fenced owner fences back only once the group has confirmed it, or two of them would do so for ever. */
  async #mayTryAgain(error: unknown, waitMs: number, signal: AbortSignal): Promise<void> {
    const failedAtMs = performance.now()
    try {
      if (isFenced(error)) await this.#options.confirmedAfter(failedAtMs, signal)
      await sleep(waitMs, undefined, { signal })
    } catch (waitError) {
      if (!signal.aborted) throw waitError
    }
  }
}
