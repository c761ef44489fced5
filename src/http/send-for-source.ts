import type { RateLimit, Send } from '../model/http.ts'
import type { Auth, SourceFacts } from '../model/provider.ts'
import type { Clock } from './clock.ts'
import { withCredentials } from './credentials.ts'
import { withEgress } from './egress.ts'
import { type RequestObservation, withObservation } from './observed.ts'
import { withRateLimit } from './rate-limit.ts'
import { withStatus } from './status.ts'
import type { RateLimitState } from './turns.ts'
import type { WireSend } from './wire.ts'

/** What happens to a source's requests, for metrics. */
export interface SourceHooks {
  readonly onRequest: (observation: RequestObservation) => void
  /** Seconds of the clock in which at least one request waited for the rate limit. */
  readonly onThrottled: (seconds: number) => void
}

/** Everything that sending for one source depends on. */
export interface SourceSending {
  /** Shared by all sources: connections know nothing of accounts. */
  readonly client: WireSend
  readonly source: Pick<SourceFacts, 'name'>
  readonly auth: Auth
  readonly origins: readonly string[]
  readonly limits: readonly RateLimit[]
  readonly clock: Clock
  readonly hooks: SourceHooks
}

/** `Send` for one source, with where it stands with its rate limit. */
export type SourceSend = Send & { rateLimitState(): RateLimitState }

/**
 * The way of a request of one source, from the outermost gate inwards: only to its own origins, when its turn has come,
 * with an error for every status that is not expected, counted, and with the source's credentials.
 */
export function sendForSource({ client, source, auth, origins, limits, clock, hooks }: SourceSending): SourceSend {
  const authorized = withCredentials(client, auth, origins)
  const observed = withObservation(authorized, hooks.onRequest, () => clock.now())
  const checked = withStatus(observed, source.name, Object.values(auth.headers))
  const limited = withRateLimit(checked, limits, clock, hooks)
  const guarded = withEgress(limited, source.name, origins)
  return Object.assign(guarded, { rateLimitState: () => limited.rateLimitState() })
}
