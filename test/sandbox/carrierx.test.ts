import { createHash } from 'node:crypto'
import { afterEach, describe, expect, it } from 'vitest'
import { parseCommand } from '../../sandbox/providers/carrierx/command.ts'
import { type CarrierxOptions, type CarrierxSimulator, startCarrierx } from '../../sandbox/providers/carrierx.ts'
import { Random } from '../../sandbox/providers/random.ts'
import { SlidingWindow } from '../../sandbox/providers/sliding-window.ts'
import { type ConsumedRevision, compareWithTruth, type TruthRecord } from '../../sandbox/providers/truth.ts'
import { readTruthDump, truthLines } from '../../sandbox/providers/truth-dump.ts'

const noonMs = Date.UTC(2026, 5, 1, 12)
const hourMs = 3_600_000
const running: CarrierxSimulator[] = []

afterEach(async () => {
  await Promise.all(running.splice(0).map((simulator) => simulator.close()))
})

/** A simulator whose clock stands at noon unless the test moves it. */
async function start(options: CarrierxOptions = {}) {
  const clock = { nowMs: noonMs }
  const simulator = await startCarrierx({ clock: () => clock.nowMs, sizes: { slowMs: 8 }, ...options })
  running.push(simulator)
  return { simulator, clock }
}

function history(count: number, more: object = {}) {
  const onTime = { delayMs: [0, 0] as const, lateRatio: 0, correctionRatio: 0 }
  return { count, fromMs: noonMs - hourMs, toMs: noonMs, ...onTime, ...more }
}

function get(simulator: CarrierxSimulator, parameters: Record<string, string | number> | string): Promise<Response> {
  const query = typeof parameters === 'string' ? parameters : `?${new URLSearchParams(textOf(parameters)).toString()}`
  const headers = { authorization: `Bearer ${simulator.token}` }
  return fetch(`${simulator.url}/core/v2/calls/call_drs${query}`, { headers })
}

function textOf(parameters: Record<string, string | number>): Record<string, string> {
  return Object.fromEntries(Object.entries(parameters).map(([name, value]) => [name, String(value)]))
}

type Item = Record<string, unknown>
interface Envelope {
  count: number
  has_more: boolean
  items: Item[]
  limit: number
  offset: number
  pagination: { previous?: string; next?: string }
  total: number | null
}

async function list(
  simulator: CarrierxSimulator,
  parameters: Record<string, string | number> | string,
): Promise<Envelope> {
  const response = await get(simulator, parameters)
  expect(response.status).toBe(200)
  const envelope: Envelope = JSON.parse(await response.text())
  return envelope
}

function sids(envelope: Envelope): unknown[] {
  return envelope.items.map((item) => item['dr_sid'])
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(
    Object.entries(value)
      .toSorted(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, of]) => [key, sorted(of)]),
  )
}

function contentHash(raw: unknown): string {
  return createHash('sha256')
    .update(JSON.stringify(sorted(raw)))
    .digest('hex')
}

describe('records', () => {
  it('are the same for the same seed, and others for another', async () => {
    const dumps = await Promise.all(
      [7, 7, 8].map(async (seed) => {
        const { simulator } = await start({
          seed,
          history: history(50, { badRatio: 0.1, correctionRatio: 0.5, lateRatio: 0.5 }),
        })
        return [...truthLines(simulator.truth)].join('')
      }),
    )
    expect(dumps[0]).toBe(dumps[1])
    expect(dumps[0]).not.toBe(dumps[2])
  })

  it('look like the sample: 52 fields in alphabetical order, of its types and about its size', async () => {
    const { simulator } = await start({ history: history(2000) })
    const { items } = await list(simulator, { limit: 1000 })
    for (const item of items) {
      expect(Object.keys(item)).toHaveLength(52)
      expect(Object.keys(item)).toEqual(Object.keys(item).toSorted())
      const length = JSON.stringify(item).length
      expect(length).toBeGreaterThan(1200)
      expect(length).toBeLessThan(1900)
      expect(item['date_stop']).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/)
      expect(item).toMatchObject({
        price: expect.any(String),
        transcoded: expect.any(Boolean),
        version: 2,
        type: 'telecom',
      })
    }
    expect(items.some((item) => item['date_talk'] === null && item['sipcause'] !== '200')).toBe(true)
    expect(items.some((item) => item['number_src'] === 'anonymous')).toBe(true)
    expect(items.some((item) => typeof item['duration'] === 'number')).toBe(true)
  })

  it('have sids of their own', () => {
    const random = new Random(1)
    const uuids = Array.from({ length: 20_000 }, () => random.uuid())
    expect(new Set(uuids).size).toBe(uuids.length)
    expect(uuids[0]).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/)
  })
})

describe('the list', () => {
  it('has the documented envelope, with the fields in its order', async () => {
    const { simulator } = await start({ history: history(30) })
    const byOffset = await list(simulator, {})
    expect(Object.keys(byOffset)).toEqual(['count', 'has_more', 'items', 'limit', 'offset', 'pagination', 'total'])
    expect(byOffset).toMatchObject({ count: 10, has_more: true, limit: 10, offset: 0, total: 30 })
    const last = byOffset.items.at(-1)?.['dr_sid']
    const before = await list(simulator, { before: String(last), limit: 1 })
    expect(before).toMatchObject({ count: 1, has_more: true, offset: 0, total: null, items: [byOffset.items[8]] })
    const sid = String(byOffset.items[8]?.['dr_sid'])
    expect(before.pagination).toEqual({
      previous: `${simulator.url}/core/v2/calls/call_drs?before=${sid}&limit=1&offset=0`,
    })
  })

  it('goes on after a sid, without it, until there is nothing', async () => {
    const { simulator } = await start({ history: history(25) })
    const all = sids(await list(simulator, { limit: 1000 }))
    const seen: unknown[] = [all[0]]
    for (;;) {
      const page = await list(simulator, { after: String(seen.at(-1)), limit: 10, order: 'date_stop asc' })
      expect(page.total).toBeNull()
      if (page.items.length === 0) break
      seen.push(...sids(page))
    }
    expect(seen).toEqual(all)
    const newest = await list(simulator, { limit: 3, order: 'date_stop desc' })
    expect(sids(newest)).toEqual(all.slice(-3).reverse())
    expect(sids(await list(simulator, { after: String(all[5]), limit: 2, order: 'date_stop desc' }))).toEqual([
      all[4],
      all[3],
    ])
    expect(sids(await list(simulator, { before: String(all[5]), limit: 2, order: 'date_stop desc' }))).toEqual([
      all[7],
      all[6],
    ])
  })

  it('skips, after a sid, what turns up later with an older date_stop; a range shows it', async () => {
    const { simulator, clock } = await start({ history: history(5) })
    const all = sids(await list(simulator, { limit: 1000 }))
    const late = simulator.world.newRecord(noonMs - hourMs + 1)
    simulator.world.put(late, noonMs + 163_000)
    expect((await get(simulator, `/${late.dr_sid}`)).status).toBe(404)
    clock.nowMs += 163_000
    expect(sids(await list(simulator, { after: String(all[4]) }))).toEqual([])
    expect(sids(await list(simulator, { filter: 'date_stop ge 2026-06-01T11:00:00Z' }))).toContain(late.dr_sid)
    expect((await get(simulator, `/${late.dr_sid}`)).status).toBe(200)
  })

  it('follows next through 1500 rows of the same millisecond, and after too', async () => {
    const { simulator } = await start({ history: history(10, { ties: 1500 }) })
    const filter = 'date_stop ge 2026-06-01T11:00:00Z and date_stop lt 2026-06-01T12:00:00Z'
    const first = await list(simulator, { filter, limit: 1000, order: 'date_stop asc' })
    const second = await list(simulator, new URL(first.pagination.next ?? '').search)
    expect([first.total, second.items.length, second.has_more, second.pagination.next]).toEqual([
      1510,
      510,
      false,
      undefined,
    ])
    expect(new URL(second.pagination.previous ?? '').searchParams.get('filter')).toBe(filter)
    expect(new Set([...sids(first), ...sids(second)]).size).toBe(1510)
    const after = await list(simulator, { after: String(first.items[999]?.['dr_sid']), limit: 1000 })
    expect(sids(after)).toEqual(sids(second))
  })

  it('filters by ranges of date_stop, inclusive and exclusive, and by other fields', async () => {
    const { simulator } = await start()
    const times = [0, 1, 2, 3].map((seconds) => noonMs - 10_000 + seconds * 1000)
    for (const stopMs of times) simulator.world.put(simulator.world.newRecord(stopMs), stopMs)
    const [, second, third] = times.map((stopMs) => new Date(stopMs).toISOString())
    const count = async (filter: string) => (await list(simulator, { filter })).items.length
    expect(await count(`date_stop ge ${second} and date_stop lt ${third}`)).toBe(1)
    expect(await count(`date_stop gt ${second} and date_stop le ${third}`)).toBe(1)
    expect(await count(`date_stop eq "${second}"`)).toBe(1)
    expect(await count(`date_stop ne ${second}`)).toBe(3)
    expect(await count(`date_stop ge ${second} and dr_sid like %nothing%`)).toBe(0)
    expect(await count(`type like tel% and version le 2`)).toBe(4)
    expect((await list(simulator, { filter: 'version eq 2', limit: 2 })).total).toBe(4)
  })

  it.each([
    'filter=date_stop',
    'filter=date_stop ge yesterday',
    'filter=date_stop ge 2026-06-01T11:00:00Z or date_stop lt 2026-06-01T12:00:00Z',
    'filter=nonsense eq 1',
    'order=price asc&after=x',
    'order=date_stop%2Basc',
    'limit=1001',
    'limit=0',
    'after=x&offset=1',
    'after=x&before=y',
  ])('refuses %s', async (query) => {
    const { simulator } = await start({ history: history(3) })
    const response = await get(simulator, `?${query}`)
    expect(response.status).toBe(400)
    expect(await response.json()).toMatchObject({ errors: [{ message: expect.stringContaining('Bad Request') }] })
  })

  it('wants the token, and knows its sids', async () => {
    const { simulator } = await start()
    const refused = await fetch(`${simulator.url}/core/v2/calls/call_drs`, { headers: { authorization: 'Bearer no' } })
    expect([refused.status, await refused.json()]).toEqual([401, { errors: [{ message: 'Bad credentials' }] }])
    const unknown = await get(simulator, { after: 'c02a73b2' })
    expect([unknown.status, await unknown.text()]).toEqual([
      404,
      expect.stringContaining('Cannot find item by SID c02a73b2'),
    ])
  })

  it('shows corrections when their time has come, and notes what it served', async () => {
    const { simulator, clock } = await start()
    const record = simulator.world.newRecord(noonMs - 1000)
    simulator.world.put(record, noonMs)
    simulator.world.correct(record.dr_sid, { price: '0.1' }, noonMs + 1000)
    simulator.world.correct(record.dr_sid, { price: '0.2' }, noonMs + 2000)
    expect((await list(simulator, {})).items).toEqual([record])
    clock.nowMs += 2000
    expect((await list(simulator, {})).items).toEqual([{ ...record, price: '0.2' }])
    const versions = [...simulator.truth.records()].flatMap(({ versions }) => versions)
    expect(versions.map((version) => version.servedAtMs)).toEqual([noonMs, null, noonMs + 2000])
    expect([...simulator.world.truth.visibleBy(noonMs + 1000)].map(({ versions }) => versions.length)).toEqual([2])
  })

  it('lists bad rows with their raw text, and records of the far future last', async () => {
    const { simulator } = await start({ history: history(60, { badRatio: 0.5, farFuture: 1 }) })
    const { items } = await list(simulator, { limit: 1000 })
    expect(items.at(-1)?.['date_stop']).toMatch(/^2099/)
    const badRows = [...simulator.truth.badRows()]
    expect(badRows.length).toBeGreaterThan(10)
    const texts = new Set(items.map((item) => JSON.stringify(item)))
    for (const { rawText, servedAtMs } of badRows) expect([texts.has(rawText), servedAtMs]).toEqual([true, noonMs])
    expect(items.length).toBe(badRows.length + [...simulator.truth.records()].length)
  })
})

describe('faults', () => {
  const broken = [
    ['throttle-seconds', 429, '1'],
    ['throttle-date', 429, 'Mon, 01 Jun 2026 12:00:01 GMT'],
    ['throttle-bare', 429, null],
    ['server-error', 500, null],
    ['unavailable', 503, null],
    ['unauthorized', 401, null],
  ] as const

  it.each(broken)('%s answers %d', async (kind, status, retryAfter) => {
    const { simulator } = await start({ history: history(3) })
    simulator.faults.next(kind)
    const response = await get(simulator, {})
    expect([response.status, response.headers.get('retry-after')]).toEqual([status, retryAfter])
    await response.arrayBuffer()
    expect(served(simulator)).toBe(0)
    expect((await list(simulator, {})).count).toBe(3)
    expect(served(simulator)).toBe(3)
  })

  it.each(['reset', 'truncate', 'truncate-chunked'] as const)('%s breaks the body', async (kind) => {
    const { simulator } = await start({ history: history(100) })
    simulator.faults.next(kind)
    await expect(get(simulator, { limit: 100 }).then((response) => response.text())).rejects.toThrow()
    expect(served(simulator)).toBe(0)
  })

  it.each(['truncate-json', 'html', 'error-object', 'items-missing', 'items-null'] as const)(
    '%s is no list with 200',
    async (kind) => {
      const { simulator } = await start({ history: history(100) })
      simulator.faults.next(kind)
      const response = await get(simulator, { limit: 100 })
      const text = await response.text()
      expect(response.status).toBe(200)
      const items = text.endsWith('}') ? JSON.parse(text).items : undefined
      expect(Array.isArray(items)).toBe(false)
      expect(served(simulator)).toBe(0)
    },
  )

  it('slow and clock-skew are right answers all the same', async () => {
    const { simulator } = await start({ history: history(100) })
    simulator.faults.next('slow')
    expect((await list(simulator, { limit: 100 })).items).toHaveLength(100)
    simulator.faults.next('clock-skew')
    const response = await get(simulator, {})
    expect(Date.parse(response.headers.get('date') ?? '')).not.toBe(noonMs)
    const fair = await get(simulator, {})
    expect(Date.parse(fair.headers.get('date') ?? '')).toBe(noonMs)
    expect(served(simulator)).toBe(100)
  })

  it('cursor-expired is for questions with a sid only', async () => {
    const { simulator } = await start({ history: history(5) })
    simulator.faults.next('cursor-expired')
    const { items } = await list(simulator, {})
    expect((await get(simulator, { after: String(items[0]?.['dr_sid']) })).status).toBe(404)
    expect((await list(simulator, { after: String(items[0]?.['dr_sid']) })).items).toHaveLength(4)
  })

  it('short-page and ignore-limit say where to go on', async () => {
    const { simulator } = await start({ history: history(40) })
    for (const [kind, expected] of [
      ['short-page', 15],
      ['ignore-limit', 10],
    ] as const) {
      simulator.faults.next(kind)
      const page = await list(simulator, { limit: 30 })
      expect([page.items.length, page.has_more]).toEqual([expected, true])
      const rest = await list(simulator, new URL(page.pagination.next ?? '').search)
      expect(new Set([...sids(page), ...sids(rest)]).size).toBe(Math.min(40, expected + 30))
    }
  })

  it('wrong-count and has-more-without-next lie in the envelope', async () => {
    const { simulator } = await start({ history: history(5) })
    simulator.faults.next('wrong-count')
    expect((await list(simulator, {})).count).toBeGreaterThan(5)
    simulator.faults.next('has-more-without-next')
    expect(await list(simulator, {})).toMatchObject({ has_more: true, pagination: {}, count: 5 })
  })

  it('next-elsewhere and next-forgets lead astray, which shows if it is followed', async () => {
    const { simulator } = await start({ history: history(20) })
    const origins = new Set<string>()
    for (let attempt = 0; attempt < 20; attempt++) {
      simulator.faults.next('next-elsewhere')
      const next = new URL((await list(simulator, { limit: 5 })).pagination.next ?? '')
      expect([next.searchParams.get('offset'), next.searchParams.has('trace')]).toEqual(['5', true])
      origins.add(next.origin)
    }
    expect(origins.size).toBe(4)
    expect(origins).not.toContain(simulator.url)
    const stray = [...origins].find((origin) => origin.startsWith('http://127'))
    await fetch(stray ?? '')
    expect(simulator.stats().strayRequests).toBe(1)
    simulator.faults.next('next-forgets')
    const page = await list(simulator, { limit: 5, filter: 'date_stop ge 2026-06-01T11:00:00Z' })
    expect(page.pagination.next).toBe(`${simulator.url}/core/v2/calls/call_drs?offset=5`)
  })

  it('duplicate-row and duplicate-older show a sid twice, and skip nothing', async () => {
    const { simulator } = await start({ history: history(30) })
    const all = sids(await list(simulator, { limit: 1000 }))
    simulator.world.correct(String(all[3]), { price: '9' }, noonMs)
    for (const kind of ['duplicate-row', 'duplicate-older'] as const) {
      simulator.faults.next(kind)
      const page = await list(simulator, { limit: 20 })
      expect([page.items.length, page.count, new Set(sids(page)).size]).toEqual([20, 20, 19])
      const rest = await list(simulator, new URL(page.pagination.next ?? '').search)
      expect(new Set([...sids(page), ...sids(rest)]).size).toBe(30)
      const prices = page.items.filter((item) => item['dr_sid'] === all[3]).map((item) => item['price'])
      expect(prices.at(-1)).toBe('9')
    }
  })

  it('drift puts a row before the page, so that its first row was seen already', async () => {
    const { simulator } = await start({ history: history(40, { fromMs: noonMs - 60_000 }) })
    const filter = 'date_stop ge 2026-06-01T11:00:00Z and date_stop lt 2026-06-01T12:00:00Z'
    simulator.faults.next('drift')
    const first = await list(simulator, { filter, limit: 20 })
    const second = await list(simulator, { filter, limit: 20, offset: 20 })
    expect(sids(second)[0]).toBe(sids(first)[19])
    expect(second.total).toBe(41)
    expect([...simulator.truth.records()]).toHaveLength(41)
  })

  it('come by the seed, at the rate, at most three in a row for the same question, and of the kinds asked for', async () => {
    const runs = await Promise.all(
      [1, 1, 2].map(async (seed) => {
        const faults = { rate: 0.9, only: ['server-error', 'unavailable'] }
        const { simulator } = await start({ seed, faults, history: history(3) })
        const statuses: number[] = []
        for (let request = 0; request < 60; request++) {
          const response = await get(simulator, {})
          await response.arrayBuffer()
          statuses.push(response.status)
        }
        return statuses.join(' ')
      }),
    )
    expect(runs[0]).toBe(runs[1])
    expect(runs[0]).not.toBe(runs[2])
    expect(runs[0]).toMatch(/500/)
    expect(runs[0]).toMatch(/503/)
    expect(runs[0]).not.toMatch(/(5\d\d ){4}/)
    await expect(startCarrierx({ faults: { rate: 1, only: ['nonsense'] } })).rejects.toThrow(RangeError)
  })
})

describe('a poller that retries', () => {
  it.each([1, 2, 3, 4, 5, 6])('gets everything through the faults of seed %d', async (seed) => {
    const plan = history(120, {
      fromMs: noonMs,
      toMs: noonMs + 60_000,
      lateRatio: 0.2,
      lateMs: [1000, 20_000],
      farLateRatio: 0,
    })
    const timing = { correctionRatio: 0.3, correctionMs: [1, 20_000] as const, badRatio: 0.02, ties: 30, farFuture: 1 }
    const faults = { rate: 0.5, except: ['slow'] }
    const { simulator, clock } = await start({
      seed,
      faults,
      history: { ...plan, ...timing, visibleByMs: noonMs + 90_000 },
    })
    const view = new Map<string, ConsumedRevision[]>()
    const rejects = new Set<string>()
    for (; clock.nowMs <= noonMs + 100_000; clock.nowMs += 10_000) {
      // What drifts in during the last reading could not be seen by it.
      if (clock.nowMs === noonMs + 100_000) simulator.faults.setRate(0)
      for (const item of await readRange(simulator)) take(item, view, rejects)
    }
    const comparison = compareWithTruth(view, simulator.truth.records(), contentHash, clock.nowMs)
    expect(comparison).toMatchObject({ lost: [], repeated: [], wrong: [] })
    expect(comparison.published).toBe(servedChanges(simulator))
    expect(comparison.published).toBeGreaterThan(view.size)
    expect(view.size).toBeGreaterThan(140)
    expect(rejects).toEqual(new Set([...simulator.truth.badRows()].map(({ rawText }) => rawText)))
    expect(Object.keys(simulator.stats().faults).length).toBeGreaterThan(8)
    expect(simulator.stats().strayRequests).toBe(0)
  })

  /** The last one of several rows with the same sid counts. */
  async function readRange(simulator: CarrierxSimulator): Promise<Item[]> {
    const rows = new Map<unknown, Item>()
    for (let offset = 0; ; ) {
      const page = await attempt(() =>
        list(simulator, { limit: 50, offset, filter: 'date_stop ge 2026-06-01T12:00:00Z' }),
      )
      if (page.items.length === 0) return [...rows.values()]
      for (const item of page.items) rows.set(item['dr_sid'] ?? JSON.stringify(item), item)
      offset += new Set(page.items.map((item) => item['dr_sid'] ?? item)).size
    }
  }

  async function attempt(ask: () => Promise<Envelope>): Promise<Envelope> {
    for (let tries = 1; tries <= 4; tries++) {
      const page = await ask().catch(() => undefined)
      if (Array.isArray(page?.items)) return page
    }
    throw new Error('more than three faults in a row')
  }

  function take(item: Item, view: Map<string, ConsumedRevision[]>, rejects: Set<string>): void {
    const { dr_sid: sid, date_start: start, date_stop: stop } = item
    if (typeof sid !== 'string' || Number.isNaN(Date.parse(String(start))) || Number.isNaN(Date.parse(String(stop)))) {
      rejects.add(JSON.stringify(item))
      return
    }
    const revisions = view.get(sid) ?? []
    const hash = contentHash(item)
    if (revisions.at(-1)?.contentHash === hash) return
    const revision = revisions.length + 1
    view.set(sid, [...revisions, { revision, eventId: `${sid} ${revision}`, contentHash: hash }])
  }
})

describe('compareWithTruth', () => {
  const truth: TruthRecord[] = [
    {
      id: 'x',
      versions: ['A', 'B', 'A'].map((raw, index) => ({ raw, visibleAtMs: index, servedAtMs: index === 1 ? null : 9 })),
    },
  ]
  const compare = (view: Record<string, string[]>, untilMs?: number) =>
    compareWithTruth(
      new Map(Object.entries(view).map(([id, texts]) => [id, texts.map((text, index) => revision(id, index, text))])),
      truth,
      String,
      untilMs,
    )
  const revision = (id: string, index: number, text: string): ConsumedRevision => ({
    revision: index + 1,
    eventId: `${id}${index}`,
    contentHash: text,
  })
  const right = { lost: [], repeated: [], wrong: [] }

  it('agrees with every version, and with those that somebody could look at', () => {
    expect(compare({ x: ['A', 'B', 'A'] })).toEqual({ ...right, shown: 2, published: 3 })
    expect(compare({ x: ['A'] })).toMatchObject(right)
    expect(compare({ x: ['B', 'A'] })).toMatchObject(right)
    expect(compare({ x: ['A', 'B'] }, 1)).toMatchObject(right)
    expect(compare({}, -1)).toMatchObject(right)
  })

  it('finds lost records and lost last versions', () => {
    expect(compare({})).toMatchObject({ ...right, lost: [{ id: 'x' }] })
    expect(compare({ x: ['A', 'B'] })).toMatchObject({ ...right, lost: [{ id: 'x' }] })
    expect(compare({ x: ['A'] }, 1)).toMatchObject({ ...right, lost: [{ id: 'x' }] })
  })

  it('finds repeated versions and event ids', () => {
    expect(compare({ x: ['A', 'A', 'B', 'A'] })).toMatchObject({ ...right, repeated: [{ id: 'x' }] })
    expect(compare({ x: ['A', 'B', 'A', 'B', 'A'] }).repeated).toHaveLength(2)
    const twice = [revision('x', 0, 'A'), { ...revision('x', 1, 'B'), eventId: 'x0' }, revision('x', 2, 'A')]
    expect(compareWithTruth(new Map([['x', twice]]), truth, String)).toMatchObject({
      ...right,
      repeated: [{ id: 'x' }],
    })
  })

  it('finds versions out of order, unknown contents, unknown records and gaps in revisions', () => {
    const ordered = [{ id: 'x', versions: ['A', 'B', 'C'].map((raw) => ({ raw, visibleAtMs: 0, servedAtMs: 0 })) }]
    const reordered = new Map([['x', ['B', 'A', 'C'].map((text, index) => revision('x', index, text))]])
    expect(compareWithTruth(reordered, ordered, String)).toMatchObject({ ...right, wrong: [{ id: 'x' }] })
    expect(compare({ x: ['A', 'Z', 'B', 'A'] })).toMatchObject({ ...right, wrong: [{ id: 'x' }] })
    expect(compare({ x: ['A'], y: ['A'] })).toMatchObject({ ...right, wrong: [{ id: 'y' }] })
    const gap = [revision('x', 0, 'A'), { ...revision('x', 1, 'B'), revision: 3 }, revision('x', 2, 'A')]
    expect(compareWithTruth(new Map([['x', gap]]), truth, String)).toMatchObject({ ...right, wrong: [{ id: 'x' }] })
  })
})

describe('as a process of its own', () => {
  const ask = (simulator: CarrierxSimulator, method: string, path: string, body?: object) =>
    fetch(`${simulator.url}/_sim/${path}`, { method, ...(body && { body: JSON.stringify(body) }) })

  it('dumps its truth, so that another process can compare', async () => {
    const { simulator } = await start({ history: history(20, { badRatio: 0.2, correctionRatio: 0.5 }) })
    const text = await (await ask(simulator, 'GET', 'truth')).text()
    const dump = await readTruthDump(text.split('\n'))
    const expected = [...simulator.truth.records()]
    expect(dump.records.map(({ versions }) => versions.map(({ raw }) => raw))).toEqual(
      expected.map(({ versions }) => versions.map(({ raw }) => raw)),
    )
    expect(dump.badRows).toEqual([...simulator.truth.badRows()])
  })

  it('takes orders over HTTP', async () => {
    const { simulator } = await start()
    expect((await ask(simulator, 'POST', 'history', history(7))).status).toBe(200)
    expect((await list(simulator, {})).total).toBe(7)
    await ask(simulator, 'POST', 'faults', { kind: 'html', question: 'range' })
    expect((await get(simulator, {})).headers.get('content-type')).toMatch(/html/)
    expect(await (await ask(simulator, 'GET', 'stats')).json()).toMatchObject({
      requests: 2,
      byStatus: { 200: 2 },
      byQuestion: { range: 2 },
      maxPerSecond: 2,
      faults: { html: 1 },
    })
    await ask(simulator, 'PUT', 'faults', { rate: 1 })
    await get(simulator, {})
    expect(Object.values(simulator.stats().faults)).not.toEqual([1])
    expect((await ask(simulator, 'POST', 'faults', { kind: 'nonsense' })).status).toBe(400)
    expect((await ask(simulator, 'POST', 'traffic', { perSecond: -1 })).status).toBe(400)
    expect((await ask(simulator, 'POST', 'nonsense')).status).toBe(400)
  })

  it('makes traffic from its clock, until stopped', async () => {
    const { simulator, clock } = await start()
    await ask(simulator, 'POST', 'traffic', { perSecond: 100, tickMs: 1, correctionRatio: 0, lateRatio: 0 })
    clock.nowMs += 1000
    await expect.poll(() => [...simulator.truth.records()].length).toBe(100)
    await ask(simulator, 'DELETE', 'traffic')
    const { items } = await list(simulator, { limit: 1000 })
    expect(items).toHaveLength(100)
    for (const item of items) expect(Date.parse(String(item['date_stop']))).toBeGreaterThan(noonMs)
  })

  it('answers 429 beyond its quota', async () => {
    const { simulator, clock } = await start({ quota: { requests: 2, perMs: 1000 } })
    const statuses = async () =>
      (await Promise.all([1, 2, 3].map(() => get(simulator, {})))).map(({ status }) => status)
    expect((await statuses()).toSorted((a, b) => a - b)).toEqual([200, 200, 429])
    clock.nowMs += 1000
    expect((await statuses()).toSorted((a, b) => a - b)).toEqual([200, 200, 429])
    expect(simulator.stats()).toMatchObject({ requests: 6, overQuota: 2, byStatus: { 429: 2 }, maxPerSecond: 3 })
  })

  it('counts sliding windows', () => {
    const window = new SlidingWindow(1000)
    expect([0, 500, 999, 1000, 1499, 2600].map((ms) => window.add(ms))).toEqual([1, 2, 3, 3, 4, 1])
    expect([window.max, window.untilOldestLeavesMs(2700)]).toEqual([4, 900])
  })

  it('understands its flags', () => {
    const flags = '--seed 7 --records 50 --hours 1 --late 0.1 --ties 3 --fault-rate 0.2 --faults html,reset --quota 10'
    expect(parseCommand(flags.split(' '), noonMs)).toEqual({
      port: 0,
      seed: 7,
      history: { count: 50, fromMs: noonMs - hourMs, toMs: noonMs, ties: 3, farFuture: 0, lateRatio: 0.1 },
      faults: { rate: 0.2, only: ['html', 'reset'] },
      quota: { requests: 10, perMs: 1000 },
    })
    expect(() => parseCommand(['--records', 'many'], noonMs)).toThrow(RangeError)
  })
})

describe('prepared', () => {
  it('answers tail and range from memory as the world would', async () => {
    const { simulator } = await start({ prepared: { count: 2500, fromMs: noonMs - hourMs, toMs: noonMs } })
    const filter = 'date_stop ge 2026-06-01T11:00:00Z'
    const first = await list(simulator, { filter, limit: 1, order: 'date_stop asc' })
    const seen = sids(first)
    for (;;) {
      const page = await list(simulator, { after: String(seen.at(-1)), limit: 1000, order: 'date_stop asc' })
      if (page.items.length === 0) break
      seen.push(...sids(page))
    }
    expect(seen).toHaveLength(2500)
    const range = await list(simulator, { filter, limit: 1000, offset: 2000 })
    expect(sids(range)).toEqual(seen.slice(2000))
    expect(sids(await list(simulator, { limit: 2, order: 'date_stop desc' }))).toEqual([seen[2499], seen[2498]])
    expect([...simulator.truth.records()].map(({ id }) => id)).toEqual(seen)
  })
})

function served(simulator: CarrierxSimulator): number {
  return [...simulator.truth.records()]
    .flatMap(({ versions }) => versions)
    .filter(({ servedAtMs }) => servedAtMs !== null).length
}

/** Served versions, less those whose content came back before anybody saw the other one. */
function servedChanges(simulator: CarrierxSimulator): number {
  return [...simulator.truth.records()]
    .map(({ versions }) => versions.filter(({ servedAtMs }) => servedAtMs !== null).map(({ raw }) => contentHash(raw)))
    .reduce((sum, hashes) => sum + hashes.filter((hash, index) => hash !== hashes[index - 1]).length, 0)
}
