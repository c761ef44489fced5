import { Random } from './random.ts'

/** The faults that any HTTP API can have, with how often each one is drawn relative to the others. */
export const httpFaults = {
  /** 429 with Retry-After in seconds, as an HTTP date, or without one. */
  'throttle-seconds': 2,
  'throttle-date': 2,
  'throttle-bare': 2,
  /** 500, 503, and 401 although the credentials are right. */
  'server-error': 3,
  unavailable: 3,
  unauthorized: 0.3,
  /** The connection is reset in the middle of the body. */
  reset: 3,
  /** The body ends before its Content-Length, before its last chunk, or properly but in the middle of the JSON. */
  truncate: 3,
  'truncate-chunked': 2,
  'truncate-json': 2,
  /** Status 200 with a login page, or with an error object. */
  html: 2,
  'error-object': 2,
  /** A right answer in slow pieces, or with a Date header that is wrong. */
  slow: 1,
  'clock-skew': 2,
} as const satisfies Record<string, number>

/** One of the faults that any HTTP API can have. */
export type HttpFault = keyof typeof httpFaults

/** True if `kind` is a fault that `deliver` performs, rather than one of the provider's own. */
export function isHttpFault(kind: string): kind is HttpFault {
  return Object.hasOwn(httpFaults, kind)
}

/** Which faults happen, and how often. */
export interface FaultOptions {
  readonly seed: number | string
  /** The share of requests that get a fault, from 0 to 1. */
  readonly rate: number
  /** Only these kinds happen by chance; default: all. */
  readonly only?: readonly string[]
  /** These kinds don't happen by chance. */
  readonly except?: readonly string[]
  /** After so many faults in a row, a question of the same kind is answered properly; default 3. */
  readonly maxInARow?: number
}

/** Decides by a seed, or by a script, which request gets which fault. */
export class Faults<Kind extends string> {
  readonly injected: Partial<Record<Kind, number>> = {}
  readonly #weights: ReadonlyMap<string, number>
  readonly #maxInARow: number
  readonly #random: Random
  readonly #inARow = new Map<string, number>()
  readonly #script: { readonly kind: Kind; readonly question: string | undefined }[] = []
  readonly #kinds: ReadonlySet<string>
  #rate: number

  /** `weights` names every kind; throws a RangeError if the options name another one. */
  constructor(weights: Readonly<Record<Kind, number>>, options: FaultOptions) {
    this.#kinds = new Set(Object.keys(weights))
    for (const kind of [...(options.only ?? []), ...(options.except ?? [])]) {
      if (!this.has(kind)) throw new RangeError(`there is no fault ${kind}; there are ${[...this.#kinds].join(', ')}`)
    }
    this.#weights = new Map(
      Object.entries<number>(weights).filter(
        ([kind]) => (options.only?.includes(kind) ?? true) && options.except?.includes(kind) !== true,
      ),
    )
    this.#maxInARow = options.maxInARow ?? 3
    this.#random = new Random(`faults ${options.seed}`)
    this.#rate = options.rate
  }

  /** True if `kind` is one of the faults known here. */
  has(kind: string): kind is Kind {
    return this.#kinds.has(kind)
  }

  /** Forces a fault on the next request that can have it; of `question` only, if given. Works at rate 0 too. */
  next(kind: Kind, question?: string): void {
    this.#script.push({ kind, question })
  }

  /** Changes the share of requests that get a fault; 0 ends them. */
  setRate(rate: number): void {
    this.#rate = rate
  }

  /**
   * The fault for a request that asks `question` and can have any of `possible` (asked for only if needed).
   * Undefined is an answer as it should be; there is one after at most `maxInARow` faults for the same question.
   */
  draw(question: string, possible: () => readonly Kind[]): Kind | undefined {
    const kind = this.#scripted(question, possible) ?? this.#drawn(question, possible)
    if (kind === undefined) this.#inARow.set(question, 0)
    else {
      this.#inARow.set(question, (this.#inARow.get(question) ?? 0) + 1)
      this.injected[kind] = (this.injected[kind] ?? 0) + 1
    }
    return kind
  }

  #scripted(question: string, possible: () => readonly Kind[]): Kind | undefined {
    if (this.#script.length === 0) return undefined
    const kinds = possible()
    const index = this.#script.findIndex(
      (forced) => (forced.question ?? question) === question && kinds.includes(forced.kind),
    )
    return index === -1 ? undefined : this.#script.splice(index, 1)[0]?.kind
  }

  #drawn(question: string, possible: () => readonly Kind[]): Kind | undefined {
    if (this.#rate === 0 || (this.#inARow.get(question) ?? 0) >= this.#maxInARow) return undefined
    if (!this.#random.chance(this.#rate)) return undefined
    const kinds = possible().map((kind) => ({ kind, weight: this.#weights.get(kind) ?? 0 }))
    let left = this.#random.fraction() * kinds.reduce((sum, { weight }) => sum + weight, 0)
    return kinds.find(({ weight }) => {
      left -= weight
      return left < 0
    })?.kind
  }
}
