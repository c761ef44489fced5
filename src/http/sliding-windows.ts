import type { RateLimit } from '../model/http.ts'

/** One request that counts against the limits. Milliseconds of one clock. */
export interface Sent {
  readonly sentMs: number
  /** When its answer began or it failed: by then the provider has certainly counted it. */
  answeredMs: number | undefined
}

/** Part of a window by which two requests may come closer together on the way, and its bounds. */
const jitter = 0.04
const leastJitterMs = 5
const mostJitterMs = 2_000

/**
 * Which requests were sent lately, and when the next one may be, so that no window of a limit holds more than its
 * `requests` by the provider's count. The provider counts a request when it arrives: after it was sent, before it was
 * answered. So a request counts from its answer, but at most a small part of the window after it was sent, because
 * waiting out slow answers would cost the provider's speed in requests.
 */
export class SlidingWindows {
  readonly #limits: readonly RateLimit[]
  /** The last requests, as many as the largest limit looks at; the one of number n stands at n modulo that. */
  readonly #ring: Sent[] = []
  readonly #capacity: number
  #count = 0

  constructor(limits: readonly RateLimit[]) {
    this.#limits = limits
    this.#capacity = Math.max(0, ...limits.map(({ requests }) => requests))
  }

  /** Notes a request that is being sent. */
  note(sentMs: number): Sent {
    const sent: Sent = { sentMs, answeredMs: undefined }
    if (this.#capacity > 0) this.#ring[this.#count++ % this.#capacity] = sent
    return sent
  }

  /** The earliest time at which one more may be sent; in the past where nothing is in the way. */
  nextMs(): number {
    return Math.max(
      Number.NEGATIVE_INFINITY,
      ...this.#limits.map((limit) => leavesMs(this.#ago(limit.requests), limit)),
    )
  }

  /** How many could be sent at once now. Infinity without limits. */
  remaining(nowMs: number): number {
    return Math.min(...this.#limits.map((limit) => limit.requests - this.#inside(limit, nowMs)))
  }

  #inside(limit: RateLimit, nowMs: number): number {
    let inside = 0
    while (inside < limit.requests && leavesMs(this.#ago(inside + 1), limit) > nowMs) inside++
    return inside
  }

  /** The request that was sent `n` sends ago, 1 being the last. */
  #ago(n: number): Sent | undefined {
    return n > this.#count ? undefined : this.#ring[(this.#count - n) % this.#capacity]
  }
}

function leavesMs(sent: Sent | undefined, { perMs }: RateLimit): number {
  if (sent === undefined) return Number.NEGATIVE_INFINITY
  const latestMs = sent.sentMs + Math.min(Math.max(perMs * jitter, leastJitterMs), mostJitterMs)
  return Math.min(sent.answeredMs ?? latestMs, latestMs) + perMs
}
