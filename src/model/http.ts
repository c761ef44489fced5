/** One request to a provider, without credentials: the http room adds those that belong to the address. */
export interface HttpRequest {
  readonly method: 'GET' | 'POST'
  readonly url: URL
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: string
  /** Statuses that the reader wants to see itself, beside 200; every other one is an error of the http room. */
  readonly expect?: readonly number[]
}

/** One answer of a provider. Its body can be read once, by one of the three ways below. */
export interface HttpAnswer {
  readonly status: number
  /** Names in lower case; of a repeated header the last value. */
  readonly headers: Readonly<Record<string, string>>
  /** The provider's clock when it answered (`Date` header), or ours where it said none; milliseconds. */
  readonly dateMs: number
  /** The address that was asked, fit to be logged: no query values, no credentials. */
  readonly shownUrl: string
  /** The decoded body in pieces. Throws where the body was cut short or is larger than the cap. */
  readonly body: AsyncIterable<Uint8Array>
  /** The whole body as text. Throws as `body` does, and where it is not valid UTF-8. */
  text(): Promise<string>
  /** Lets go of a body that nobody wants. */
  discard(): Promise<void>
}

/** The order in which requests of one source are sent when its rate limit makes them wait. */
export type Priority = 'inspect' | 'live' | 'recheck' | 'probe' | 'backfill'

/** How a request is to be treated on its way. */
export interface SendOptions {
  readonly priority: Priority
  /** The feed that asks, for metrics and logs. */
  readonly feed: string
  readonly signal: AbortSignal
}

/**
 * What sends a request and resolves with its answer once the headers are there. Throws `RingtailError`, or the reason of
 * the signal where that was aborted; reading the body throws alike.
 */
export type Send = (request: HttpRequest, options: SendOptions) => Promise<HttpAnswer>

/** At most `requests` in any window of `perMs` milliseconds, and at most `concurrency` at a time. */
export interface RateLimit {
  readonly requests: number
  readonly perMs: number
  readonly concurrency: number
}
