import type { z } from 'zod'
import type { HttpAnswer, HttpRequest, RateLimit } from './http.ts'
import type { Page, Row } from './row.ts'
import type { Secret } from './secret.ts'
import type { TimeWindow } from './time-window.ts'

/** One horizon of re-reading: every so often, this far back. */
export interface Recheck {
  readonly everyMs: number
  readonly backMs: number
}

/** When a source is read. The configuration replaces a provider's defaults key by key. */
export interface Timing {
  readonly pollMs: number
  /** A live window ends this long before now. */
  readonly settleMs: number
  /** A live window starts this long before the end of the last one. */
  readonly overlapMs: number
  readonly recheck: readonly Recheck[]
  /** How long a row is remembered after it was published. */
  readonly rememberForMs: number
}

/**
 * One way of reading a source: which request comes at a cursor, and what its answer says.
 * `C` is JSON; only the provider knows what it says.
 */
export interface Reader<C> {
  /** The cursor at the start of `window`; a tail starts at `fromMs` and has no end. */
  start(window: TimeWindow): C
  request(cursor: C): HttpRequest
  /**
   * The pages of one answer. Throws `RingtailError` where the answer is not what was asked for: a page that fails is
   * asked for again, and nothing is ever taken as empty that the provider did not say is empty.
   */
  read(answer: HttpAnswer, cursor: C): AsyncIterable<Page<C>>
}

/** A reader whose cursor type was forgotten, as the feeds hold it: cursors come from the ledger as unknown JSON. */
// biome-ignore lint/suspicious/noExplicitAny: a cursor is opaque to everyone but its provider
export type AnyReader = Reader<any>

/** One record by its id, as the provider has it now. */
export interface Lookup {
  request(id: string): HttpRequest
  /** The record, or undefined where the provider says that it has none of this id. */
  read(answer: HttpAnswer): Promise<Row | undefined>
}

/** Credentials: headers that go to the configured origins and nowhere else. */
export interface Auth {
  readonly headers: Readonly<Record<string, Secret>>
}

/** What every provider is told about the source it is opened for. */
export interface SourceFacts {
  readonly name: string
  readonly account: string
  /** ISO 3166 region for national numbers, or undefined: only numbers with `+` become E.164. */
  readonly defaultRegion: string | undefined
  /** Provider fields that the mapping drops by default and this source wants in `extra`. */
  readonly keep: readonly string[]
}

/** An opened provider account: data and pure functions, no clock, network or state. */
export interface ProviderSource {
  readonly range: AnyReader
  readonly tail?: AnyReader
  readonly lookup?: Lookup
  readonly auth: Auth
  /** Origins (scheme, host, port) that may be asked, and that credentials may go to. */
  readonly origins: readonly string[]
  /** Top-level fields whose change says nothing about the call. */
  readonly volatile: readonly string[]
  /** The longest window that one range read may ask for. Milliseconds. */
  readonly maxWindowMs: number
}

/** A kind of API. */
export interface Provider<S> {
  readonly name: string
  /** The provider's own configuration keys. */
  readonly settings: z.ZodType<S>
  readonly timing: Timing
  readonly limits: readonly RateLimit[]
  open(settings: S, facts: SourceFacts): ProviderSource
}
