/** What an error may say about itself beside its message. */
export interface ErrorFacts {
  /** A code such as `RT-AUTH-401`; `docs/runbooks/` has a page for each. */
  readonly code: string
  /** Whether asking again may succeed without anybody changing anything. */
  readonly retryable: boolean
  /** What the operator should do, as a sentence. */
  readonly advice: string
  readonly cause?: unknown
  /** How long the other side asked us to wait, in milliseconds. */
  readonly retryAfterMs?: number | undefined
  /** The HTTP status that was answered, where there was one. */
  readonly status?: number | undefined
}

/** A failure that Ringtail understands: it has a code, says whether a retry helps, and what to do. */
export class RingtailError extends Error {
  override readonly name = 'RingtailError'
  readonly code: string
  readonly retryable: boolean
  readonly advice: string
  readonly retryAfterMs: number | undefined
  readonly status: number | undefined

  constructor(message: string, facts: ErrorFacts) {
    super(message, facts.cause === undefined ? undefined : { cause: facts.cause })
    this.code = facts.code
    this.retryable = facts.retryable
    this.advice = facts.advice
    this.retryAfterMs = facts.retryAfterMs
    this.status = facts.status
  }
}

/** The first error of `type` in the chain of causes that starts at `error`, or undefined. */
export function causeOf<T extends Error>(error: unknown, type: abstract new (...args: never[]) => T): T | undefined {
  for (let at: unknown = error, depth = 0; at instanceof Error && depth < 16; at = at.cause, depth++) {
    if (at instanceof type) return at
  }
  return undefined
}
