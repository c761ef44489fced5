import { readFileSync } from 'node:fs'
import type { HttpAnswer, HttpRequest } from '../../../src/model/http.ts'
import { isJsonObject, type JsonObject } from '../../../src/model/json.ts'
import type { Reader } from '../../../src/model/provider.ts'
import type { ReadNote, Row } from '../../../src/model/row.ts'
import { Secret } from '../../../src/model/secret.ts'
import type { Mapping } from '../../../src/providers/carrierx/normalize.ts'
import type { CarrierxSettings } from '../../../src/providers/carrierx/settings.ts'
import { textOf } from '../../../src/providers/scalars.ts'
import { fakeAnswer } from '../../fakes.ts'

/** Noon of the day that these tests play on. */
export const noonMs = Date.parse('2025-05-18T12:00:00Z')
export const mapping: Mapping = { region: undefined, currency: 'USD' }
export const settings: CarrierxSettings = {
  baseUrl: 'https://api.carrierx.com',
  token: new Secret('secret-token'),
  limit: 1000,
  currency: 'USD',
}

/** The record of CarrierX's documentation, some of its fields replaced. */
export function sampleRecord(fields: JsonObject = {}): JsonObject {
  const file = new URL('../../fixtures/carrierx/lookup.answer.json', import.meta.url)
  const saved: unknown = JSON.parse(readFileSync(file, 'utf8'))
  const record = isJsonObject(saved) ? saved['body'] : undefined
  if (!isJsonObject(record)) throw new Error('the fixture holds no record')
  return { ...record, ...fields }
}

/** A record that stopped some seconds after noon. */
export function call(id: string, seconds = 0): JsonObject {
  return { dr_sid: id, date_stop: new Date(noonMs + seconds * 1000).toISOString() }
}

/** What a server may do differently: take over the answer to a request, or change the envelope. */
export interface Quirks {
  readonly answer?: (url: URL) => { readonly status: number; readonly body: unknown } | undefined
  readonly envelope?: (envelope: JsonObject, url: URL) => JsonObject
  /** The most records an answer has, whatever `limit` says. */
  readonly mostItems?: number
}

/** `GET /calls/call_drs` in memory, as documented: filter and offset, or after; ordered by date_stop, then dr_sid. */
export function callDrsApi(records: readonly JsonObject[], quirks: Quirks = {}): (request: HttpRequest) => HttpAnswer {
  return ({ url }) => {
    const special = quirks.answer?.(url)
    if (special !== undefined) return fakeAnswer({ ...special, dateMs: noonMs })
    const ordered = records.toSorted((a, b) => orderKey(a).localeCompare(orderKey(b)))
    const parameters = url.searchParams
    const after = parameters.get('after')
    const position = ordered.findIndex((record) => record['dr_sid'] === after)
    if (after !== null && position < 0) {
      return fakeAnswer({ status: 404, body: { errors: ['Cannot find item by SID'] }, dateMs: noonMs })
    }
    const found = after === null ? filtered(ordered, parameters.get('filter') ?? '') : ordered.slice(position + 1)
    const offset = Number(parameters.get('offset') ?? 0)
    const limit = Math.min(Number(parameters.get('limit') ?? 10), quirks.mostItems ?? 1000)
    const items = found.slice(offset, offset + limit)
    const hasMore = found.length > offset + items.length
    const next = new URL(url)
    next.searchParams.set('offset', String(offset + items.length))
    const pagination = hasMore && after === null ? { next: next.href } : {}
    const envelope = { count: items.length, has_more: hasMore, items, limit, offset, pagination, total: null }
    return fakeAnswer({ body: quirks.envelope?.(envelope, url) ?? envelope, dateMs: noonMs })
  }
}

function orderKey(record: JsonObject): string {
  return `${textOf(record['date_stop'])} ${textOf(record['dr_sid'])}`
}

function filtered(records: readonly JsonObject[], filter: string): readonly JsonObject[] {
  const [, from, to] = /^date_stop ge (\S+)(?: and date_stop lt (\S+))?$/.exec(filter) ?? []
  const stopMs = (record: JsonObject) => Date.parse(textOf(record['date_stop']) ?? '')
  // A filter says nothing of what is no time; such records are shown here, so that readers meet them.
  return records.filter(
    (record) => !(stopMs(record) < Date.parse(from ?? '') || stopMs(record) >= Date.parse(to ?? '')),
  )
}

/** What reading to the end of a poll or window found. */
export interface Reading<C> {
  readonly ids: readonly string[]
  readonly rows: readonly Row[]
  readonly rejects: number
  readonly notes: readonly ReadNote[]
  readonly requests: readonly URL[]
  readonly cursor: C
  readonly readThroughMs: number | undefined
}

/** Reads as a feed does: asks at the cursor, goes on from the next one, through JSON, until there is no more. */
export async function readAll<C>(
  reader: Reader<C>,
  start: C,
  ask: (request: HttpRequest) => HttpAnswer,
  mostRequests = 50,
): Promise<Reading<C>> {
  const [rows, notes, requests]: [Row[], ReadNote[], URL[]] = [[], [], []]
  let rejects = 0
  let readThroughMs: number | undefined
  let cursor = start
  for (let more = true; more; ) {
    if (requests.length === mostRequests) throw new Error('reading goes on for ever')
    const request = reader.request(cursor)
    requests.push(request.url)
    for await (const page of reader.read(ask(request), cursor)) {
      rows.push(...page.rows)
      notes.push(...(page.notes ?? []))
      rejects += page.rejects.length
      cursor = JSON.parse(JSON.stringify(page.next))
      more = page.more
      readThroughMs = page.readThroughMs
    }
  }
  return { ids: rows.map((row) => row.id), rows, rejects, notes, requests, cursor, readThroughMs }
}
