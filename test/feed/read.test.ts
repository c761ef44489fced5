import { describe, expect, it } from 'vitest'
import { read } from '../../src/feed/read.ts'
import type { Page } from '../../src/model/row.ts'
import { anyTime, collected, emptyPage, fakeFeed, HandClock, pagedReader } from './fakes.ts'

const window = { fromMs: 0, toMs: 10 }
const signal = new AbortController().signal

/** A reader whose every answer is what `pagesOf` makes of a numeric cursor. */
function numbered(pagesOf: (cursor: number) => Page<number>[]) {
  return {
    start: () => 0,
    request: (cursor: number) => ({ method: 'GET' as const, url: new URL(`http://fake/${cursor}`) }),
    async *read(_: unknown, cursor: number) {
      for (const page of pagesOf(cursor)) yield await Promise.resolve(page)
    },
  }
}

describe('read', () => {
  it('asks page by page until the reader says that there is no more', async () => {
    const feed = fakeFeed(pagedReader(3))
    const pages = await collected(read(feed, feed.reader.start(window), anyTime, signal))
    expect(feed.asked).toEqual(['/0-10/0', '/0-10/1', '/0-10/2'])
    expect(pages.map(({ page }) => page.more)).toEqual([true, true, false])
    expect(feed.options[0]).toEqual({ priority: 'live', feed: 'live', signal })
  })

  it('goes on at a cursor in mid-window', async () => {
    const feed = fakeFeed(pagedReader(3))
    await collected(read(feed, { window, page: 2 }, anyTime, signal))
    expect(feed.asked).toEqual(['/0-10/2'])
  })

  it('says of each page when it was asked for and read, and which pages came in the same answer', async () => {
    const clock = new HandClock()
    let ticks = 0
    const feed = fakeFeed(
      numbered((cursor) => [emptyPage(cursor + 1, true), emptyPage(cursor + 1, cursor === 0)]),
      {},
      () => clock.pass(100),
    )
    const doors = { tick: () => ++ticks, monotonic: clock.monotonic }
    const pages = await collected(read(feed, 0, doors, signal))
    expect(pages.map(({ askedTick, answeredTick, answeredAtMs }) => [askedTick, answeredTick, answeredAtMs])).toEqual([
      [1, 2, 1_100],
      [1, 3, 1_100],
      [4, 5, 1_200],
      [4, 6, 1_200],
    ])
    expect(pages.map(({ sameAnswer }) => [...sameAnswer])).toEqual([
      [2, 3],
      [2, 3],
      [5, 6],
      [5, 6],
    ])
  })

  it('ends with the last page of the last answer, whatever the pages before it say', async () => {
    for (const others of [true, false]) {
      const feed = fakeFeed(
        numbered((cursor) => [emptyPage(1, others), emptyPage(1, others), emptyPage(1, cursor === 0)]),
      )
      const pages = await collected(read(feed, 0, anyTime, signal))
      expect(feed.asked).toHaveLength(2)
      expect(pages.map(({ isLast }) => isLast)).toEqual([false, false, false, false, false, true])
    }
  })

  it('refuses paging that comes back to a place it had left, after the pages before it', async () => {
    for (const next of [{ 1: 2, 2: 3, 3: 1 }, { 1: 1 }] as Record<number, number>[]) {
      const feed = fakeFeed(numbered((cursor) => [emptyPage(next[cursor] ?? 1, true)]))
      const pages: unknown[] = []
      const all = async () => {
        for await (const page of read(feed, 1, anyTime, signal)) pages.push(page)
      }
      await expect(all()).rejects.toMatchObject({ code: 'RT-ANSWER-CIRCLE', retryable: true })
      expect(pages).toHaveLength(Object.keys(next).length)
    }
  })

  it('lets one answer make several pages with the same cursor', async () => {
    const feed = fakeFeed(numbered(() => [emptyPage(0, true), emptyPage(0, true), emptyPage(0, false)]))
    expect(await collected(read(feed, 0, anyTime, signal))).toHaveLength(3)
    expect(feed.asked).toHaveLength(1)
  })

  it('fails where a reader makes no page of an answer, and lets go of the answer', async () => {
    const feed = fakeFeed(numbered(() => []))
    await expect(collected(read(feed, 0, anyTime, signal))).rejects.toThrow('no page')
    expect(feed.answers[0]?.discarded).toBe(true)
  })

  it('lets go of an answer that nobody reads to its end, or that can not be read', async () => {
    const feed = fakeFeed(numbered(() => [emptyPage(1, true), emptyPage(1, true)]))
    for await (const _ of read(feed, 0, anyTime, signal)) break
    expect(feed.answers[0]?.discarded).toBe(true)
    const broken = fakeFeed(
      numbered(() => {
        throw new Error('cut short')
      }),
    )
    await expect(collected(read(broken, 0, anyTime, signal))).rejects.toThrow('cut short')
    expect(broken.answers[0]?.discarded).toBe(true)
  })
})
