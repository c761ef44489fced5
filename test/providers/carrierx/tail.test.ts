import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { tailReader } from '../../../src/providers/carrierx/tail.ts'
import { call, callDrsApi, mapping, noonMs, readAll, settings } from './call-drs-api.ts'

const reader = tailReader(settings, mapping)
const start = reader.start({ fromMs: noonMs - 3600_000, toMs: noonMs })
const minute = 60_000

describe('a start', () => {
  test('asks for the first record by time, publishes it, and goes on after it', async () => {
    const { ids, requests, cursor, readThroughMs } = await readAll(reader, start, callDrsApi([call('a'), call('b', 1)]))
    expect(ids).toEqual(['a', 'b'])
    expect(requests.map((url) => url.search)).toEqual([
      '?filter=date_stop+ge+2025-05-18T11%3A00%3A00Z&limit=1&order=date_stop+asc',
      '?after=a&limit=1000&order=date_stop+asc',
      '?after=b&limit=1000&order=date_stop+asc',
    ])
    expect(cursor).toEqual({ fromMs: start.fromMs, after: 'b', afterDateStopMs: noonMs + 1000 })
    expect(readThroughMs).toBe(noonMs + 1000)
  })

  test('without any record is asked for again at the next poll', async () => {
    const { ids, cursor } = await readAll(reader, start, callDrsApi([]))
    expect(ids).toEqual([])
    expect(cursor).toEqual(start)
  })

  test('gets past a first record that can not be read, and past a page of them', async () => {
    const unreadable = { dr_sid: 'x', date_stop: '1-not-a-time' }
    const { ids, rejects } = await readAll(reader, start, callDrsApi([unreadable, call('a'), call('b', 1)]))
    expect(ids).toEqual(['a', 'b'])
    expect(rejects).toBe(2)
    const onlyUnreadable = await readAll(reader, start, callDrsApi([unreadable, { ...unreadable, dr_sid: 'y' }]))
    expect(onlyUnreadable.cursor).toEqual({ ...start, isWideStart: true })
  })
})

test('every record from the start on is read once, whatever the limit and however many stop at once', async () => {
  const stops = fc.array(fc.integer({ min: 0, max: 3 }), { maxLength: 30 })
  await fc.assert(
    fc.asyncProperty(stops, fc.integer({ min: 1, max: 7 }), async (seconds, limit) => {
      const records = seconds.map((second, index) => call(`sid-${index}`, second))
      const small = tailReader({ ...settings, limit }, mapping)
      const { ids, notes } = await readAll(small, start, callDrsApi(records))
      expect(ids.toSorted()).toEqual(seconds.map((_, index) => `sid-${index}`).toSorted())
      expect(notes).toEqual([])
    }),
  )
})

test('T4: 1500 records of the same date_stop with a limit of 1000', async () => {
  const records = Array.from({ length: 1500 }, (_, index) => call(`sid-${index}`))
  const { ids } = await readAll(reader, start, callDrsApi(records))
  expect(new Set(ids).size).toBe(1500)
})

describe('T6, T27: the record that the cursor stands at expired', () => {
  const standing = { ...start, after: 'gone', afterDateStopMs: noonMs }
  const records = [call('old', -3000), call('a', -600), call('b', 60)]

  test('reading starts again 15 minutes before it, and nothing is lost', async () => {
    const { ids, notes, requests, cursor } = await readAll(reader, standing, callDrsApi(records))
    expect(ids).toEqual(['a', 'b'])
    expect(notes).toEqual(['cursor-lost'])
    expect(requests[1]?.searchParams.get('filter')).toBe('date_stop ge 2025-05-18T11:45:00Z')
    expect(cursor).not.toHaveProperty('losses')
  })

  test.each([400, 422])('%i says the same', async (status) => {
    const answer = (url: URL) => (url.searchParams.get('after') === 'gone' ? { status, body: {} } : undefined)
    const { ids, notes } = await readAll(reader, standing, callDrsApi(records, { answer }))
    expect([ids, notes]).toEqual([['a', 'b'], ['cursor-lost']])
  })

  test('the statuses are asked for where a sid is sent, and only there', () => {
    expect(reader.request(standing).expect).toEqual([400, 404, 422])
    expect(reader.request(start).expect).toEqual([])
  })

  test('a server that refuses every sid is not asked for ever', async () => {
    const answer = (url: URL) => (url.searchParams.has('after') ? { status: 404, body: {} } : undefined)
    const reading = readAll(reader, standing, callDrsApi(records, { answer }))
    await expect(reading).rejects.toMatchObject({ code: 'RT-CARRIERX-CURSOR', retryable: true, status: 404 })
  })

  test('ten minutes later reading starts again, not further back than before', async () => {
    const [sinceMs, fromMs] = [noonMs - 11 * minute, noonMs - 2 * minute]
    const stuck = { fromMs, after: 'gone', afterDateStopMs: noonMs, losses: { count: 2, sinceMs } }
    const { ids, requests } = await readAll(reader, stuck, callDrsApi(records))
    expect(ids).toEqual(['b'])
    expect(requests[1]?.searchParams.get('filter')).toBe('date_stop ge 2025-05-18T11:58:00Z')
  })
})

describe('T8: the end of a poll', () => {
  test('is an empty page, whatever has_more says', async () => {
    const envelope = (page: object) => ({ ...page, has_more: true, total: null })
    expect((await readAll(reader, start, callDrsApi([call('a')], { envelope }))).ids).toEqual(['a'])
  })

  test('is not a short page, nor has_more false, nor a missing next', async () => {
    const envelope = (page: object) => ({ ...page, has_more: false, pagination: null })
    const records = Array.from({ length: 35 }, (_, index) => call(`sid-${index}`, index))
    const { ids } = await readAll(reader, start, callDrsApi(records, { envelope, mostItems: 10 }))
    expect(new Set(ids).size).toBe(35)
  })

  test('is a page that comes twice', async () => {
    const body = { count: 2, items: [call('a'), call('b')] }
    const { ids, notes } = await readAll(reader, start, callDrsApi([], { answer: () => ({ status: 200, body }) }))
    expect(ids).toEqual(['a', 'b', 'a', 'b'])
    expect(notes).toEqual(['paging-repeated'])
  })

  test('is the record of the cursor alone, where a server counts it as after itself', async () => {
    const answer = (url: URL) => {
      return url.searchParams.get('after') === 'b' ? { status: 200, body: { items: [call('b', 1)] } } : undefined
    }
    const { ids, notes } = await readAll(reader, start, callDrsApi([call('a'), call('b', 1)], { answer }))
    expect([ids, notes]).toEqual([['a', 'b', 'b'], []])
  })
})

describe('T14: a record of 2099', () => {
  const future = { dr_sid: 'future', date_stop: '2099-01-01T00:00:00.000Z' }

  test('is published, and hides nothing that comes later', async () => {
    const first = await readAll(reader, start, callDrsApi([call('a'), future]))
    expect(first.cursor.after).toBe('a')
    expect(first.readThroughMs).toBe(noonMs)
    expect(first.notes).toContain('future-time')
    const second = await readAll(reader, first.cursor, callDrsApi([call('a'), call('b', 5), future]))
    expect(second.ids).toEqual(['b', 'future', 'future'])
    expect(second.cursor.after).toBe('b')
  })

  test('is no place to start from', async () => {
    const { ids, cursor } = await readAll(reader, start, callDrsApi([future]))
    expect([ids, cursor]).toEqual([['future'], start])
  })

  test('five minutes of skew are none', async () => {
    expect((await readAll(reader, start, callDrsApi([call('a', 300)]))).cursor.after).toBe('a')
    expect((await readAll(reader, start, callDrsApi([call('a', 301)]))).cursor.after).toBeUndefined()
  })
})

test('a record whose date_stop can not be read never becomes the cursor', async () => {
  const standing = { ...start, after: 'a', afterDateStopMs: noonMs }
  const body = { items: [call('b', 1), { dr_sid: 'c', date_stop: 'z' }, { dr_sid: 'd' }] }
  const answer = (url: URL) => (url.searchParams.get('after') === 'a' ? { status: 200, body } : undefined)
  const { cursor, rejects } = await readAll(reader, standing, callDrsApi([call('b', 1)], { answer }))
  expect([cursor.after, rejects]).toEqual(['b', 2])
})

test('T9: a poll goes on from the cursor of any page, as after a crash', async () => {
  const records = Array.from({ length: 9 }, (_, index) => call(`sid-${index}`, index))
  const small = tailReader({ ...settings, limit: 2 }, mapping)
  const standing = { ...start, after: 'sid-4', afterDateStopMs: noonMs + 4000 }
  expect((await readAll(small, standing, callDrsApi(records))).ids).toEqual(['sid-5', 'sid-6', 'sid-7', 'sid-8'])
})
