import type { RateLimit } from '../model/http.ts'
import type { Clock } from './clock.ts'
import { type RateLimitState, Turns } from './turns.ts'
import type { WireSend } from './wire.ts'

/** What the rate limit tells and asks. */
export interface RateLimitHooks {
  /** Called with seconds of the clock in which at least one request waited for the limit. */
  readonly onThrottled?: (seconds: number) => void
  /** From 0 to below 1; `Math.random`. */
  readonly random?: () => number
}

/** A way of sending that knows where it stands with its limits. */
export type RateLimited = WireSend & { rateLimitState(): RateLimitState }

/**
 * Sends within all of `limits` at once, the most urgent request first; without any, as they come. A 429 (and a 503 that
 * says how long) holds everything back, for as long as its `Retry-After` asks or longer each time; it is thrown all the
 * same: nothing is sent twice. A request whose signal is aborted leaves the queue at once.
 */
export function withRateLimit(
  send: WireSend,
  limits: readonly RateLimit[],
  clock: Clock,
  { onThrottled = () => {}, random = Math.random }: RateLimitHooks = {},
): RateLimited {
  const turns = new Turns(limits, { clock, random, onThrottled })
  const limited: WireSend = (request, options) => turns.take(options, () => send(request, options))
  return Object.assign(limited, { rateLimitState: () => turns.state() })
}
