import { describe, expect, it } from 'vitest'
import { poll } from '../../src/feed/poll.ts'
import { StaleReading } from '../../src/ledger/stale-reading.ts'
import { cdr, FakeLog, fakeDoors, openLedger } from '../ledger/fakes.ts'
import { dayMs, emptyPage, FakeLedger, fakeFeed, HandClock, hourMs, noonMs, pagedReader } from './fakes.ts'

const signal = new AbortController().signal

describe('poll', () => {
  it('hands over every page with the mark after it', async () => {
    const ledger = new FakeLedger()
    const feed = fakeFeed(pagedReader(3))
    await poll(feed, ledger, new HandClock(), signal)
    expect(ledger.readings.map(({ mark }) => (mark.cursor as { page: number } | undefined)?.page)).toEqual([
      1,
      2,
      undefined,
    ])
    expect(ledger.readings.map(({ mark }) => mark.succeededAtMs)).toEqual([undefined, undefined, noonMs])
    expect(ledger.marks.get('live')).toEqual({ startedAtMs: noonMs, succeededAtMs: noonMs, readThroughMs: noonMs })
  })

  it('reads every window that is due', async () => {
    const ledger = new FakeLedger()
    ledger.marks.set('live', { startedAtMs: 1, succeededAtMs: 1, readThroughMs: noonMs - 2 * dayMs })
    const feed = fakeFeed(pagedReader(2))
    await poll(feed, ledger, new HandClock(), signal)
    const fromMs = noonMs - 2 * dayMs - 5_000
    const bounds = [fromMs, fromMs + dayMs, fromMs + 2 * dayMs, noonMs]
    const windows = bounds.slice(1).map((toMs, at) => `/${bounds[at]}-${toMs}`)
    expect(feed.asked).toEqual(windows.flatMap((window) => [`${window}/0`, `${window}/1`]))
  })

  it('goes on in mid-window where a poll before it died, with the same window', async () => {
    const clock = new HandClock()
    const ledger = new FakeLedger()
    const feed = fakeFeed(pagedReader(4))
    ledger.accept = ({ mark }) => {
      if ((mark.cursor as { page: number } | undefined)?.page === 3) throw new Error('died')
    }
    await expect(poll(feed, ledger, clock, signal)).rejects.toThrow('died')
    clock.pass(hourMs)
    ledger.accept = () => {}
    feed.asked.length = 0
    await poll(feed, ledger, clock, signal)
    const window = `${noonMs - hourMs - 5_000}-${noonMs}`
    expect(feed.asked).toEqual([`/${window}/2`, `/${window}/3`])
    expect(ledger.marks.get('live')?.readThroughMs).toBe(noonMs)
  })

  it('asks for the next page while one is being committed, and for no second', async () => {
    const ledger = new FakeLedger()
    const feed = fakeFeed(pagedReader(4))
    const asked: number[] = []
    ledger.accept = async () => {
      for (let turn = 0; turn < 50; turn++) await Promise.resolve()
      asked.push(feed.asked.length)
    }
    await poll(feed, ledger, new HandClock(), signal)
    expect(asked).toEqual([2, 3, 4, 4])
  })

  it('moves no mark past an answer of which pages are still to come', async () => {
    // "more" says whether there is more to ask for after this answer; a body that is one stream makes many pages.
    const feed = fakeFeed({
      start: () => 'window',
      request: () => ({ method: 'GET' as const, url: new URL('http://fake/') }),
      async *read() {
        for (let page = 0; page < 3; page++) yield await Promise.resolve(emptyPage('window', false))
      },
    })
    const ledger = new FakeLedger()
    await poll(feed, ledger, new HandClock(), signal)
    expect(feed.asked).toHaveLength(1)
    expect(ledger.readings.map(({ mark }) => mark.window === undefined)).toEqual([false, false, true])
    expect(ledger.marks.get('live')?.readThroughMs).toBe(noonMs)
  })

  it('takes a row that one long answer holds in two versions, on two pages, without asking again', async () => {
    const clock = new HandClock()
    const feed = fakeFeed({
      start: () => 'window',
      request: () => ({ method: 'GET' as const, url: new URL('http://fake/') }),
      async *read() {
        for (const version of [1, 2]) {
          clock.pass(500)
          const rows = [cdr('a', version)]
          yield await Promise.resolve(emptyPage('window', version === 1, { rows }))
        }
      },
    })
    const log = new FakeLog()
    const { ledger } = openLedger(fakeDoors(), log.publish)
    await poll(feed, ledger, clock, signal)
    await ledger.flush()
    expect(feed.asked).toHaveLength(1)
    expect(log.events.map(({ revision }) => revision)).toEqual([1, 2])
  })

  it('asks again where a slow answer is older than a row of a long one that was still being sent when it was asked for', async () => {
    let world = 1
    const rows = () => [cdr('a', world)]
    const reader = (pages: number) => ({
      start: () => 'window',
      request: () => ({ method: 'GET' as const, url: new URL('http://fake/') }),
      async *read() {
        for (let page = 1; page <= pages; page++) {
          await resume[`long-${page}`]?.promise
          yield emptyPage('window', false, { rows: page === pages ? rows() : [] })
        }
      },
    })
    const resume: Record<string, PromiseWithResolvers<void>> = { 'long-2': Promise.withResolvers() }
    const log = new FakeLog()
    const { ledger } = openLedger(fakeDoors(), log.publish)
    const clock = new HandClock()
    await poll(fakeFeed(reader(1)), ledger, clock, signal)
    const long = poll(fakeFeed(reader(2)), ledger, clock, signal)
    await new Promise(setImmediate)
    // Asked for and answered as of now, but slow on its way.
    const slow = Promise.withResolvers<void>()
    const old = rows()
    const slowReader = {
      ...reader(1),
      async *read() {
        yield await Promise.resolve(emptyPage('window', false, { rows: old }))
      },
    }
    const late = poll(
      fakeFeed(slowReader, { name: 'recheck-1' }, () => slow.promise),
      ledger,
      clock,
      signal,
    )
    await new Promise(setImmediate)
    world = 2
    resume['long-2']?.resolve()
    await long
    slow.resolve()
    await expect(late).rejects.toBeInstanceOf(StaleReading)
    await ledger.flush()
    expect(log.events.map(({ revision }) => revision)).toEqual([1, 2])
  })

  it('follows a tail to the tip, and starts there the next time', async () => {
    const tip = 3
    const reader = {
      start: () => 0,
      request: (cursor: number) => ({ method: 'GET' as const, url: new URL(`http://fake/${cursor}`) }),
      async *read(_: unknown, cursor: number) {
        const next = Math.min(cursor + 1, tip)
        yield await Promise.resolve(emptyPage(next, cursor < tip, { readThroughMs: next * 10 }))
      },
    }
    const clock = new HandClock()
    const ledger = new FakeLedger()
    const feed = fakeFeed(reader, { isTail: true, keepsHighWater: false })
    await poll(feed, ledger, clock, signal)
    expect(feed.asked).toEqual(['/0', '/1', '/2', '/3'])
    expect(ledger.marks.get('live')).toEqual({
      startedAtMs: noonMs,
      succeededAtMs: noonMs,
      cursor: 3,
      readThroughMs: 30,
    })
    clock.pass(1_000)
    await poll(feed, ledger, clock, signal)
    expect(feed.asked.slice(4)).toEqual(['/3'])
    expect(ledger.marks.get('live')).toMatchObject({ startedAtMs: noonMs + 1_000, succeededAtMs: noonMs + 1_000 })
  })
})
