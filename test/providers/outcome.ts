import { RingtailError } from '../../src/model/errors.ts'
import type { HttpAnswer, HttpRequest } from '../../src/model/http.ts'
import type { AnyReader, Provider, ProviderSource, SourceFacts } from '../../src/model/provider.ts'
import { type Page, type Row, Unreadable } from '../../src/model/row.ts'
import type { TimeWindow } from '../../src/model/time-window.ts'
import { type FakeAnswer, fakeAnswer } from '../fakes.ts'

/** How a provider's fixtures open it: `account.json`. */
export interface Account {
  /** Strings that begin with `secret-` are credentials. */
  readonly settings: Readonly<Record<string, unknown>>
  readonly facts?: Partial<SourceFacts>
  /** What the provider's answers are; JSON unless said. */
  readonly contentType?: string
  /** Bodies among the wrong shapes of the contract test that are right for this provider: an empty array, say. */
  readonly alsoRight?: readonly string[]
}

/** A saved answer, with the reader and the cursor that asked for it: `<case>.answer.json`. */
export interface SavedAnswer extends FakeAnswer {
  readonly reader: 'range' | 'tail' | 'lookup'
  /** Where the reader stands; without one, at the start of the window. */
  readonly cursor?: unknown
  readonly window?: TimeWindow
  /** What a lookup asks for. */
  readonly id?: string
  /** Replace those of the account. */
  readonly settings?: Readonly<Record<string, unknown>>
  readonly facts?: Partial<SourceFacts>
}

/** What becomes of a saved answer: `<case>.expected.json`. */
export interface Outcome {
  /** The request that the answer answers. */
  readonly request: string
  readonly error?: { readonly code: string; readonly retryable: boolean }
  /** Of a reader; rows are normalized. */
  readonly pages?: readonly (Omit<Page<unknown>, 'rows'> & { readonly rows: readonly unknown[] })[]
  /** Of a lookup; null where there is none. */
  readonly row?: unknown
}

/** A way of reading a source: its first request, and what reads an answer to the end. */
export interface Way {
  readonly title: string
  readonly request: HttpRequest
  read(answer: HttpAnswer): Promise<unknown>
}

/** The window that fixtures are read in unless they name another: the hour of CarrierX's sample. */
const aWindow: TimeWindow = { fromMs: Date.parse('2025-05-18T15:00:00Z'), toMs: Date.parse('2025-05-18T16:00:00Z') }

/** The source that a provider opens for an account. */
export function opened(
  provider: Provider<unknown>,
  { settings, facts }: Pick<Account, 'settings' | 'facts'>,
): ProviderSource {
  const defaults: SourceFacts = { name: 'source', account: 'account', defaultRegion: undefined, keep: [] }
  return provider.open(provider.settings.parse(settings), { ...defaults, ...facts })
}

/** All ways of reading a source, each from its start. */
export function waysOf({ range, tail, lookup }: ProviderSource): readonly Way[] {
  const ways = [way('range', range)]
  if (tail !== undefined) ways.push(way('tail', tail))
  if (lookup !== undefined) {
    ways.push({ title: 'lookup', request: lookup.request('../an id'), read: (answer) => lookup.read(answer) })
  }
  return ways
}

/** Reads a saved answer as the provider does. Throws what is neither a page nor a failure that the provider means. */
export async function outcomeOf(provider: Provider<unknown>, account: Account, saved: SavedAnswer): Promise<Outcome> {
  const settings = { ...account.settings, ...saved.settings }
  const source = opened(provider, { settings, facts: { ...account.facts, ...saved.facts } })
  const answer = fakeAnswer({ ...saved, dateMs: saved.dateMs ?? Date.parse(saved.headers?.['date'] ?? '') })
  return saved.reader === 'lookup' ? lookedUp(source, saved, answer) : wasRead(source, saved, answer)
}

async function wasRead(source: ProviderSource, saved: SavedAnswer, answer: HttpAnswer): Promise<Outcome> {
  const reader = saved.reader === 'tail' ? source.tail : source.range
  if (reader === undefined) throw new Error(`the source has no ${saved.reader}`)
  const cursor: unknown = saved.cursor ?? reader.start(saved.window ?? aWindow)
  const request = requestText(reader.request(cursor))
  try {
    const pages = await pagesOf(reader, answer, cursor)
    return { request, pages: pages.map((page) => ({ ...page, rows: page.rows.map(shownRow) })) }
  } catch (error) {
    return { request, error: shownError(error) }
  }
}

async function lookedUp({ lookup }: ProviderSource, { id }: SavedAnswer, answer: HttpAnswer): Promise<Outcome> {
  if (lookup === undefined || id === undefined) throw new Error('the source has no lookup, or the answer no id')
  const request = requestText(lookup.request(id))
  try {
    const row = await lookup.read(answer)
    return { request, row: row === undefined ? null : shownRow(row) }
  } catch (error) {
    return { request, error: shownError(error) }
  }
}

function way(title: string, reader: AnyReader): Way {
  const cursor: unknown = reader.start(aWindow)
  return { title, request: reader.request(cursor), read: (answer) => pagesOf(reader, answer, cursor) }
}

async function pagesOf(reader: AnyReader, answer: HttpAnswer, cursor: unknown): Promise<Page<unknown>[]> {
  const pages: Page<unknown>[] = []
  for await (const page of reader.read(answer, cursor)) pages.push(page)
  return pages
}

function shownRow(row: Row): unknown {
  try {
    return row.normalize()
  } catch (error) {
    if (!(error instanceof Unreadable)) throw error
    return { id: row.id, unreadable: error.reason, detail: error.message, rawText: row.rawText() }
  }
}

function shownError(error: unknown): { code: string; retryable: boolean } {
  if (!(error instanceof RingtailError)) throw error
  return { code: error.code, retryable: error.retryable }
}

function requestText({ method, url, body }: HttpRequest): string {
  return `${method} ${url.href}${body === undefined ? '' : ` ${body}`}`
}
