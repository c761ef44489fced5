import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { JsonObject } from '../../../src/model/json.ts'
import { rangeReader } from '../../../src/providers/carrierx/range.ts'
import { call, callDrsApi, mapping, noonMs, type Quirks, readAll, settings } from './call-drs-api.ts'

const window = { fromMs: noonMs, toMs: noonMs + 60_000 }
const reader = rangeReader(settings, mapping)
const small = rangeReader({ ...settings, limit: 2 }, mapping)
const start = reader.start(window)
const records = Array.from({ length: 7 }, (_, index) => call(`sid-${index}`, index))
const ids = records.map((_, index) => `sid-${index}`)
const withNext = (next: (url: URL) => string): Quirks => ({
  envelope: (page, url) => {
    const link = new URL(url)
    link.searchParams.set('offset', String(Number(page['offset']) + Number(page['count'])))
    return { ...page, pagination: page['has_more'] === true ? { next: next(link) } : {} }
  },
})

test('a window is widened to whole seconds, and asked for without fractions', () => {
  const cursor = reader.start({ fromMs: noonMs + 999, toMs: noonMs + 1001 })
  expect(cursor).toEqual({ fromMs: noonMs, toMs: noonMs + 2000 })
  expect(reader.request(cursor).url.href).toBe(
    'https://api.carrierx.com/core/v2/calls/call_drs?filter=date_stop+ge+2025-05-18T12%3A00%3A00Z+and+date_stop+lt+2025-05-18T12%3A00%3A02Z&limit=1000&order=date_stop+asc',
  )
})

test('every record of the window is read, whatever the server makes of paging', async () => {
  const stops = fc.array(fc.integer({ min: -2, max: 62 }), { maxLength: 25 })
  const quirks = fc.constantFrom<Quirks>(
    {},
    { mostItems: 3 },
    { envelope: (page) => ({ ...page, pagination: {}, has_more: true }) },
    { envelope: (page) => ({ ...page, pagination: {}, has_more: false }) },
    { envelope: (page) => ({ ...page, count: 99, total: null }) },
    withNext((link) => link.pathname + link.search),
    withNext((link) => link.href.replace(/offset=\d+/, 'offset=100000')),
    withNext((link) => link.href.replace(/offset=\d+/, 'offset=0')),
    withNext((link) => link.href.replace(/offset=\d+/, 'after=sid-0')),
    withNext(() => 'https://['),
  )
  await fc.assert(
    fc.asyncProperty(stops, fc.integer({ min: 1, max: 7 }), quirks, async (seconds, limit, quirk) => {
      const calls = seconds.map((second, index) => call(`sid-${index}`, second))
      const inside = seconds.flatMap((second, index) => (second >= 0 && second < 60 ? [`sid-${index}`] : []))
      const reading = await readAll(rangeReader({ ...settings, limit }, mapping), start, callDrsApi(calls, quirk))
      expect(reading.ids).toEqual(expect.arrayContaining(inside))
    }),
  )
})

test('T3: records inserted behind while paging by offset shift it; none is lost', async () => {
  const growing = [...records]
  const api = callDrsApi(growing, {
    envelope: (page, url) => {
      if (url.searchParams.get('offset') === '2') growing.unshift(call('late', 0.5))
      return page
    },
  })
  const reading = await readAll(small, start, api)
  expect(reading.ids).toEqual(expect.arrayContaining(ids))
  expect(reading.ids.length).toBe(8)
})

test('T4: 1500 records of the same date_stop with a limit of 1000', async () => {
  const ties = Array.from({ length: 1500 }, (_, index) => call(`sid-${index}`))
  expect(new Set((await readAll(reader, start, callDrsApi(ties))).ids).size).toBe(1500)
})

describe('T8: the end of a window', () => {
  test('is a page that is not full, without next', async () => {
    expect((await readAll(reader, start, callDrsApi(records))).requests).toHaveLength(1)
  })

  test('is an empty page, even if has_more is true and next is given', async () => {
    const body = { count: 0, has_more: true, items: [], pagination: { next: 'https://api.carrierx.com/?offset=1000' } }
    const reading = await readAll(reader, start, callDrsApi([], { answer: () => ({ status: 200, body }) }))
    expect(reading.requests).toHaveLength(1)
  })

  test('is not a short page with next', async () => {
    const reading = await readAll(reader, start, callDrsApi(records, { mostItems: 3 }))
    expect(reading.ids).toEqual(ids)
  })

  test('without next is looked for after the last record, up to the end of the window; no row is dropped', async () => {
    const envelope = (page: JsonObject) => ({ ...page, pagination: {}, total: null })
    const [inside, beyond] = [call('inside', 59), call('beyond', 60)]
    const api = callDrsApi([...records, inside, beyond, call('far', 61), call('further', 62)], { envelope })
    const reading = await readAll(small, start, api)
    expect(reading.ids).toEqual([...ids, 'inside', 'beyond', 'far'])
    expect(reading.requests.at(-1)?.search).toBe('?after=inside&limit=2&order=date_stop+asc')
  })

  test('is a record that stopped at the end of the window', async () => {
    const envelope = (page: JsonObject) => ({ ...page, pagination: {} })
    const api = callDrsApi([call('a'), call('b', 60), call('c', 61)], { envelope })
    expect((await readAll(small, start, api)).requests).toHaveLength(1)
  })

  test('a count that is wrong is noted, and changes nothing', async () => {
    const envelope = (page: JsonObject) => ({ ...page, count: 99 })
    const reading = await readAll(reader, start, callDrsApi(records, { envelope }))
    expect([reading.ids, reading.notes]).toEqual([ids, ['count-mismatch']])
  })

  test('a next that comes again is noted, and reading goes on without it', async () => {
    const reading = await readAll(
      small,
      start,
      callDrsApi(
        records,
        withNext((link) => link.href.replace(/offset=\d+/, 'offset=2')),
      ),
    )
    expect(reading.ids).toEqual(ids)
    expect(reading.notes).toEqual(['paging-repeated'])
  })

  test('a server that gives the same page for ever is left', async () => {
    const body = { items: [call('a'), call('b')], has_more: true, pagination: { next: '/?offset=9' } }
    const reading = await readAll(small, start, callDrsApi([], { answer: () => ({ status: 200, body }) }))
    expect(reading.notes).toEqual(['paging-repeated', 'paging-repeated'])
    expect(reading.requests.length).toBe(3)
  })

  test('a page without a readable record is passed by', async () => {
    const unreadable = [{ date_stop: '' }, { date_stop: '' }]
    const reading = await readAll(small, start, callDrsApi([...unreadable, ...records]))
    expect([reading.ids, reading.rejects]).toEqual([ids, 2])
  })

  test('a page without a readable record that comes for ever is left', async () => {
    const body = { items: [{}, {}], has_more: true }
    const reading = await readAll(small, start, callDrsApi([], { answer: () => ({ status: 200, body }) }))
    expect([reading.rejects, reading.notes]).toEqual([4, ['paging-repeated']])
  })
})

test('T20: a record that comes twice in an answer does not make the offset skip another', async () => {
  const envelope = (page: JsonObject, url: URL): JsonObject => {
    if (url.searchParams.has('offset')) return page
    const next = new URL(url)
    next.searchParams.set('offset', '3')
    return { ...page, items: [call('sid-0'), call('sid-0'), call('sid-1', 1)], pagination: { next: next.href } }
  }
  const reading = await readAll(
    rangeReader({ ...settings, limit: 3 }, mapping),
    start,
    callDrsApi(records, { envelope }),
  )
  expect(reading.ids).toEqual(ids)
  expect(reading.notes).toEqual([])
})

describe('T24: of pagination.next only the offset is taken', () => {
  test.each([
    ['another host', (link: URL) => link.href.replace('api.carrierx.com', 'evil.example')],
    ['another scheme', (link: URL) => link.href.replace('https:', 'http:')],
    ['another port', (link: URL) => link.href.replace('.com/', '.com:8443/')],
    ['credentials', (link: URL) => link.href.replace('https://', 'https://user:password@')],
    ['no filter, limit and order', (link: URL) => `/elsewhere?offset=${link.searchParams.get('offset')}`],
    ['more parameters', (link: URL) => `${link.href}&includeFields=dr_sid&access_token=1`],
    ['another order and filter', (link: URL) => link.href.replace('asc', 'desc').replace('ge', 'lt')],
  ])('%s', async (_, next) => {
    const { ids: found, requests } = await readAll(small, start, callDrsApi(records, withNext(next)))
    expect(found).toEqual(ids)
    const first = requests[0]
    requests.forEach((url, index) => {
      const expected = new URL(first ?? '')
      if (index > 0) expected.searchParams.set('offset', String(index * 2))
      expected.searchParams.sort()
      url.searchParams.sort()
      expect(url.href).toBe(expected.href)
    })
  })
})

describe('T27: the record to go on from expired', () => {
  const envelope = (page: JsonObject) => ({ ...page, pagination: {} })

  test('the window is read again from its start', async () => {
    let losses = 0
    const answer = (url: URL) =>
      url.searchParams.has('after') && losses++ === 0 ? { status: 404, body: {} } : undefined
    const reading = await readAll(small, start, callDrsApi(records, { envelope, answer }))
    expect(reading.ids).toEqual([...ids.slice(0, 2), ...ids])
    expect(reading.notes).toEqual(['cursor-lost'])
  })

  test('but not for ever', async () => {
    const answer = (url: URL) => (url.searchParams.has('after') ? { status: 404, body: {} } : undefined)
    const reading = readAll(small, start, callDrsApi(records, { envelope, answer }))
    await expect(reading).rejects.toMatchObject({ code: 'RT-CARRIERX-CURSOR', retryable: true })
  })
})
