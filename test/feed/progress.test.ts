import { describe, expect, it } from 'vitest'
import { advanced, begun, ended, restarted } from '../../src/feed/progress.ts'
import type { FeedMark } from '../../src/model/feed-mark.ts'
import { dayMs, emptyPage, fakeFeed, hourMs, noonMs, pagedReader } from './fakes.ts'

const range = fakeFeed(pagedReader(), { maxWindowMs: hourMs })
const tail = fakeFeed(
  {
    start: ({ fromMs }: { fromMs: number }) => ({ fromMs }),
    request: () => ({ method: 'GET', url: new URL('http://fake/') }),
    async *read() {},
  },
  { isTail: true, keepsHighWater: false },
)

describe('of a range', () => {
  it('a poll opens the first of the windows that are due', () => {
    const mark = begun(range, { startedAtMs: 1, succeededAtMs: 2, readThroughMs: noonMs - 3 * hourMs }, noonMs)
    const window = { fromMs: noonMs - 3 * hourMs - 5_000, toMs: noonMs - 2 * hourMs - 5_000 }
    expect(mark).toEqual({
      startedAtMs: noonMs,
      succeededAtMs: 2,
      readThroughMs: noonMs - 3 * hourMs,
      window,
      untilMs: noonMs,
      cursor: { window, page: 0 },
    })
  })

  it('a poll goes on in a window that was left open, as it was', () => {
    const window = { fromMs: 5, toMs: 10 }
    const before: FeedMark = { startedAtMs: 1, window, untilMs: 20, cursor: { window, page: 7 } }
    expect(begun(range, before, noonMs)).toEqual(before)
  })

  it('the window stays as it was frozen while pages go by', () => {
    const mark = begun(range, undefined, noonMs)
    const after = advanced(mark, emptyPage('next', true))
    expect({ ...after, cursor: mark.cursor }).toEqual({ ...mark })
    expect(after.cursor).toBe('next')
  })

  it('the high-water mark moves only with the end of a window', () => {
    const mark = begun(range, { startedAtMs: 1, readThroughMs: noonMs - 3 * hourMs }, noonMs)
    expect(advanced(mark, emptyPage('next', true)).readThroughMs).toBe(noonMs - 3 * hourMs)
    const second = ended(range, mark, emptyPage('last', false), noonMs + 1)
    expect(second.readThroughMs).toBe(mark.window?.toMs)
    expect(second.window?.fromMs).toBe(mark.window?.toMs)
    expect(second.cursor).toEqual({ window: second.window, page: 0 })
    expect(second.succeededAtMs).toBeUndefined()
  })

  it('the last window ends the poll', () => {
    let mark = begun(range, { startedAtMs: 1, readThroughMs: noonMs - 3 * hourMs }, noonMs)
    for (let windows = 0; mark.window !== undefined; windows++) {
      expect(windows).toBeLessThan(5)
      mark = ended(range, mark, emptyPage('last', false), noonMs + 7)
    }
    expect(mark).toEqual({ startedAtMs: noonMs, succeededAtMs: noonMs + 7, readThroughMs: noonMs })
  })

  it('a time range that is empty or backward is one empty window', () => {
    const backward = fakeFeed(pagedReader(), { plan: () => ({ fromMs: noonMs, toMs: noonMs - dayMs }) })
    const mark = begun(backward, undefined, noonMs)
    expect(mark.window).toEqual({ fromMs: noonMs, toMs: noonMs })
    expect(ended(backward, mark, emptyPage('', false), noonMs).window).toBeUndefined()
  })

  it('starting a window over keeps everything but the cursor', () => {
    const mark = advanced(begun(range, undefined, noonMs), emptyPage('lost', true))
    expect(restarted(range, mark)).toEqual(begun(range, undefined, noonMs))
    const between: FeedMark = { startedAtMs: 1, succeededAtMs: 2 }
    expect(restarted(range, between)).toBe(between)
  })

  it('without a high-water mark keeps none', () => {
    const recheck = fakeFeed(pagedReader(), { keepsHighWater: false })
    expect(
      ended(recheck, begun(recheck, undefined, noonMs), emptyPage('', false), noonMs).readThroughMs,
    ).toBeUndefined()
  })
})

describe('of a tail', () => {
  it('the first poll starts at a time, the next ones where the last page ended', () => {
    const first = begun(tail, undefined, noonMs)
    expect(first).toEqual({ startedAtMs: noonMs, cursor: { fromMs: noonMs - hourMs - 5_000 } })
    const page = emptyPage('sid-1', false, { readThroughMs: 77 })
    const after = ended(tail, first, page, noonMs + 5)
    expect(after).toEqual({ startedAtMs: noonMs, succeededAtMs: noonMs + 5, cursor: 'sid-1', readThroughMs: 77 })
    expect(begun(tail, after, noonMs + 10)).toEqual({ ...after, startedAtMs: noonMs + 10 })
  })

  it('a page that says no time leaves the position in time alone', () => {
    const mark = { startedAtMs: 1, cursor: 'a', readThroughMs: 5 }
    expect(advanced(mark, emptyPage('b', true)).readThroughMs).toBe(5)
  })

  it('takes over from a range without its cursor and its open window', () => {
    const window = { fromMs: 5, toMs: 10 }
    const mark = begun(
      tail,
      { startedAtMs: 1, window, untilMs: 20, cursor: { window, page: 7 }, readThroughMs: 5 },
      noonMs,
    )
    expect(mark.window).toBeUndefined()
    expect(mark.cursor).toHaveProperty('fromMs')
  })
})
