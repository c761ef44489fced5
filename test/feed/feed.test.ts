import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { clockSkewMs, type Feed, type FeedSource, feedsOf } from '../../src/feed/feed.ts'
import { begun, ended } from '../../src/feed/progress.ts'
import type { FeedMark } from '../../src/model/feed-mark.ts'
import type { TimeWindow } from '../../src/model/time-window.ts'
import { dayMs, emptyPage, fakeFeed, hourMs, minuteMs, noonMs, pagedReader } from './fakes.ts'

const range = pagedReader()
const tail = pagedReader()

function source(more: Partial<FeedSource> = {}, timing: Partial<FeedSource['timing']> = {}): FeedSource {
  return {
    name: 'main',
    tail: undefined,
    range,
    maxWindowMs: dayMs,
    timing: {
      pollMs: 15_000,
      settleMs: 0,
      overlapMs: 5 * minuteMs,
      recheck: [
        { everyMs: minuteMs, backMs: 5 * minuteMs },
        { everyMs: 6 * hourMs, backMs: 48 * hourMs },
      ],
      rememberForMs: 7 * dayMs,
      ...timing,
    },
    sinceMs: undefined,
    send: fakeFeed(range).send,
    ...more,
  }
}

function feedNamed(name: string, of: FeedSource): Feed {
  const feed = feedsOf(of).find((each) => each.name === name)
  if (feed === undefined) throw new Error(`no feed ${name}`)
  return feed
}

/** Polls a range to its end; gives the windows that were read and the mark after them. */
function polled(feed: Feed, before: FeedMark | undefined, nowMs: number): { windows: TimeWindow[]; mark: FeedMark } {
  const windows: TimeWindow[] = []
  let mark = begun(feed, before, nowMs)
  while (mark.window !== undefined) {
    windows.push(mark.window)
    mark = ended(feed, mark, emptyPage(mark.cursor, false), nowMs)
  }
  return { windows, mark }
}

/** Whether `windows` cover everything in [fromMs, toMs). */
function cover(windows: readonly TimeWindow[], fromMs: number, toMs: number): boolean {
  let coveredMs = fromMs
  for (const window of windows.toSorted((a, b) => a.fromMs - b.fromMs)) {
    if (window.fromMs > coveredMs) return false
    coveredMs = Math.max(coveredMs, window.toMs)
  }
  return coveredMs >= toMs
}

describe('feedsOf', () => {
  it('are live and one for each horizon', () => {
    const feeds = feedsOf(source())
    expect(
      feeds.map(({ name, priority, everyMs, isTail, keepsHighWater }) => [
        name,
        priority,
        everyMs,
        isTail,
        keepsHighWater,
      ]),
    ).toEqual([
      ['live', 'live', 15_000, false, true],
      ['recheck-1', 'recheck', minuteMs, false, false],
      ['recheck-2', 'recheck', 6 * hourMs, false, false],
    ])
  })

  it('read live from the tail where there is one, and recheck by range', () => {
    const feeds = feedsOf(source({ tail }))
    expect(feeds.map(({ reader }) => reader === tail)).toEqual([true, false, false])
    expect(feeds[0]).toMatchObject({ isTail: true, keepsHighWater: false })
  })
})

describe('live windows', () => {
  it('begin at `since`, or the longest horizon ago', () => {
    expect(feedNamed('live', source()).plan(noonMs, undefined)).toEqual({ fromMs: noonMs - 48 * hourMs, toMs: noonMs })
    const sinceMs = noonMs - 10 * dayMs
    expect(feedNamed('live', source({ sinceMs })).plan(noonMs, undefined)).toEqual({ fromMs: sinceMs, toMs: noonMs })
  })

  it('end the settling time before now, and start the overlap before the end of the last', () => {
    const live = feedNamed('live', source({}, { settleMs: minuteMs }))
    expect(live.plan(noonMs, { startedAtMs: noonMs, readThroughMs: noonMs - hourMs })).toEqual({
      fromMs: noonMs - hourMs - 5 * minuteMs,
      toMs: noonMs - minuteMs,
    })
  })

  it('cover time without gaps, overlap each other, and are never longer than the provider allows', () => {
    const steps = fc.array(fc.integer({ min: 0, max: 30 * dayMs }), { minLength: 1, maxLength: 20 })
    const settings = fc.record({
      overlapMs: fc.integer({ min: 0, max: hourMs }),
      settleMs: fc.integer({ min: 0, max: hourMs }),
      maxWindowMs: fc.integer({ min: hourMs, max: 7 * dayMs }),
    })
    fc.assert(
      fc.property(steps, settings, ({ ...waits }, { overlapMs, settleMs, maxWindowMs }) => {
        const sinceMs = noonMs - 2 * dayMs
        const live = feedNamed('live', source({ maxWindowMs, sinceMs }, { overlapMs, settleMs }))
        let nowMs = noonMs
        let mark: FeedMark | undefined
        const all: TimeWindow[] = []
        for (const wait of Object.values(waits) as number[]) {
          nowMs += wait
          const before: FeedMark | undefined = mark
          const { windows, mark: after } = polled(live, before, nowMs)
          for (const window of windows) expect(window.toMs - window.fromMs).toBeLessThanOrEqual(maxWindowMs)
          for (const [at, window] of windows.entries()) if (at > 0) expect(window.fromMs).toBe(windows[at - 1]?.toMs)
          const overlapFromMs = (before?.readThroughMs ?? Number.POSITIVE_INFINITY) - overlapMs
          expect(windows[0]?.fromMs).toBe(before === undefined ? sinceMs : Math.min(overlapFromMs, nowMs - settleMs))
          expect(after.readThroughMs).toBe(nowMs - settleMs)
          all.push(...windows)
          mark = after
        }
        expect(cover(all, sinceMs, nowMs - settleMs)).toBe(true)
      }),
    )
  })

  it('leave no gap where our clock goes back, or was ahead and is set right', () => {
    for (const aheadMs of [-30 * minuteMs, 4 * minuteMs, hourMs]) {
      const live = feedNamed('live', source())
      // The real time of each poll, in steps of the polling interval; the second one's clock is wrong.
      const first = polled(live, { startedAtMs: 0, readThroughMs: noonMs - minuteMs }, noonMs)
      const wrong = polled(live, first.mark, noonMs + 15_000 + aheadMs)
      const right = polled(live, wrong.mark, noonMs + 30_000)
      // What the wrong one asked for beyond the real time could not show anything yet.
      const shown = wrong.windows.map(({ fromMs, toMs }) => ({ fromMs, toMs: Math.min(toMs, noonMs + 15_000) }))
      expect(
        cover([...first.windows, ...shown, ...right.windows], noonMs - minuteMs, noonMs + 30_000),
        `${aheadMs} ms`,
      ).toBe(true)
    }
  })
})

describe('rechecks', () => {
  it('read from their horizon to a little after now, and never less where our clock went back', () => {
    const recheck = feedNamed('recheck-2', source())
    for (const startedAtMs of [noonMs, noonMs + dayMs]) {
      expect(recheck.plan(noonMs, { startedAtMs, readThroughMs: 5 })).toEqual({
        fromMs: noonMs - 48 * hourMs,
        toMs: noonMs + clockSkewMs,
      })
    }
    expect(polled(recheck, undefined, noonMs).windows.map(({ fromMs, toMs }) => toMs - fromMs)).toEqual([
      dayMs,
      dayMs,
      clockSkewMs,
    ])
  })

  it('find every row that came within the horizon, also one that came while the process was down for days', () => {
    const feeds = feedsOf(source()).filter(({ priority }) => priority === 'recheck')
    const downFromMs = noonMs
    const upAtMs = noonMs + 3 * dayMs
    const marks = feeds.map((feed) => polled(feed, { startedAtMs: downFromMs - minuteMs }, downFromMs).mark)
    const windows = feeds.flatMap((feed, at) => polled(feed, marks[at], upAtMs).windows)
    // The call ended a minute before the stop, behind what live had read, and was shown two minutes after it.
    const endedAtMs = downFromMs - minuteMs
    expect(windows.some(({ fromMs, toMs }) => fromMs <= endedAtMs && endedAtMs < toMs)).toBe(true)
  })

  it('leave no row unread that is shown within the horizon, however irregularly they come', () => {
    const gaps = fc.array(fc.integer({ min: 0, max: 5 * dayMs }), { minLength: 1, maxLength: 12 })
    fc.assert(
      fc.property(gaps, fc.nat(48 * hourMs), fc.double({ min: 0, max: 1, noNaN: true }), (waits, latenessMs, place) => {
        const recheck = feedNamed('recheck-2', source())
        let nowMs = noonMs
        const first = polled(recheck, { startedAtMs: nowMs }, nowMs)
        let mark = first.mark
        const read: { atMs: number; windows: TimeWindow[] }[] = [{ atMs: nowMs, windows: first.windows }]
        for (const waitMs of waits) {
          nowMs += waitMs
          const next = polled(recheck, mark, nowMs)
          read.push({ atMs: nowMs, windows: next.windows })
          mark = next.mark
        }
        // A row that ended and was shown while all this went on, so late as the horizon at most allows.
        const shownAtMs = noonMs + place * (nowMs - noonMs)
        const endedAtMs = shownAtMs - latenessMs
        const finds = ({ atMs, windows }: (typeof read)[number]) =>
          atMs >= shownAtMs && windows.some(({ fromMs, toMs }) => fromMs <= endedAtMs && endedAtMs < toMs)
        expect(read.some(finds)).toBe(true)
      }),
    )
  })
})
