import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { supervise } from '../../src/feed/supervise.ts'
import { LedgerSpent } from '../../src/ledger/committer.ts'
import { StaleReading } from '../../src/ledger/stale-reading.ts'
import { RingtailError } from '../../src/model/errors.ts'
import type { HttpRequest } from '../../src/model/http.ts'
import { emptyPage, FakeLedger, fakeFeed, fakeFeedDoors, hourMs, minuteMs, noonMs, pagedReader } from './fakes.ts'

const unhandled: unknown[] = []
const onUnhandled = (reason: unknown) => unhandled.push(reason)
beforeEach(() => {
  unhandled.length = 0
  process.on('unhandledRejection', onUnhandled)
})
afterEach(async () => {
  await new Promise(setImmediate)
  process.off('unhandledRejection', onUnhandled)
  expect(unhandled).toEqual([])
})

class Enough extends Error {}

/** A signal that aborts as soon as `isEnough` says so, which is asked before each request. */
function world(
  isEnough: (asked: number) => boolean,
  answer: (request: HttpRequest, asked: number) => Promise<void> | void = () => {},
) {
  const end = new AbortController()
  const doors = fakeFeedDoors()
  const ledger = new FakeLedger()
  let asked = 0
  const onRequest = async (request: HttpRequest) => {
    if (isEnough(asked)) end.abort(new Enough())
    end.signal.throwIfAborted()
    await answer(request, asked++)
  }
  return { end, doors, ledger, onRequest }
}

const reset = () => new RingtailError('reset', { code: 'RT-TEST', retryable: true, advice: 'Wait.' })

describe('due times', () => {
  it('of live: at once, then so long after each poll began', async () => {
    const { end, doors, ledger, onRequest } = world(
      (asked) => asked === 3,
      () => doors.clock.pass(10_000),
    )
    const feed = fakeFeed(pagedReader(), {}, onRequest)
    await expect(supervise(feed, ledger, doors, end.signal)).rejects.toBeInstanceOf(Enough)
    expect(doors.sleeps).toEqual([0, minuteMs - 10_000, minuteMs - 10_000, minuteMs - 10_000])
    expect(doors.heard).toEqual([
      'started',
      'polling',
      'succeeded',
      'polling',
      'succeeded',
      'polling',
      'succeeded',
      'polling',
    ])
  })

  it('of a re-reading: not before its time is over once, also when it starts again meanwhile', async () => {
    const { end, doors, ledger, onRequest } = world((asked) => asked === 1)
    const feed = fakeFeed(pagedReader(), { name: 'recheck-1', priority: 'recheck', everyMs: hourMs }, onRequest)
    await expect(supervise(feed, ledger, doors, end.signal)).rejects.toBeInstanceOf(Enough)
    expect(doors.sleeps).toEqual([hourMs, hourMs])
    const again = world((asked) => asked === 0)
    again.ledger.marks.set('recheck-1', { startedAtMs: noonMs - 20 * minuteMs })
    const later = fakeFeed(pagedReader(), { name: 'recheck-1', everyMs: hourMs }, again.onRequest)
    await expect(supervise(later, again.ledger, again.doors, again.end.signal)).rejects.toBeInstanceOf(Enough)
    expect(again.doors.sleeps).toEqual([40 * minuteMs])
  })

  it('at once where it was overdue or left in mid-window', async () => {
    const window = { fromMs: 1, toMs: 2 }
    for (const mark of [
      { startedAtMs: noonMs - 1_000, window, untilMs: 2, cursor: { window, page: 0 } },
      { startedAtMs: noonMs - 2 * hourMs, succeededAtMs: noonMs - hourMs },
    ]) {
      const { end, doors, ledger, onRequest } = world((asked) => asked === 0)
      ledger.marks.set('recheck-1', mark)
      const feed = fakeFeed(pagedReader(), { name: 'recheck-1', everyMs: hourMs }, onRequest)
      await expect(supervise(feed, ledger, doors, end.signal)).rejects.toBeInstanceOf(Enough)
      expect(doors.sleeps).toEqual([0])
    }
  })

  it('are no longer than the interval where our clock went back', async () => {
    const { end, doors, ledger, onRequest } = world((asked) => asked === 0)
    ledger.marks.set('live', {
      startedAtMs: noonMs + 5 * hourMs,
      succeededAtMs: noonMs + 5 * hourMs,
      readThroughMs: noonMs + 5 * hourMs,
    })
    await expect(supervise(fakeFeed(pagedReader(), {}, onRequest), ledger, doors, end.signal)).rejects.toBeInstanceOf(
      Enough,
    )
    expect(doors.sleeps).toEqual([minuteMs])
  })
})

describe('failures', () => {
  it('wait longer and longer, and success makes the wait short again', async () => {
    const failing = new Set([0, 1, 2, 3, 5])
    const { end, doors, ledger, onRequest } = world(
      (asked) => asked === 6,
      (_, asked) => {
        if (failing.has(asked)) throw reset()
      },
    )
    await expect(supervise(fakeFeed(pagedReader(), {}, onRequest), ledger, doors, end.signal)).rejects.toBeInstanceOf(
      Enough,
    )
    expect(doors.failures.map(({ failures, retryInMs }) => [failures, retryInMs])).toEqual([
      [1, 500],
      [2, 1_000],
      [3, 2_000],
      [4, 4_000],
      [1, 500],
    ])
  })

  it('wait as long as the provider asks for', async () => {
    const { end, doors, ledger, onRequest } = world(
      (asked) => asked === 1,
      () => {
        throw new RingtailError('slow down', {
          code: 'RT-TEST',
          retryable: true,
          advice: 'Wait.',
          retryAfterMs: 42_000,
        })
      },
    )
    await expect(supervise(fakeFeed(pagedReader(), {}, onRequest), ledger, doors, end.signal)).rejects.toBeInstanceOf(
      Enough,
    )
    expect(doors.sleeps).toEqual([0, 42_000])
  })

  it('go on where reading stood', async () => {
    const { end, doors, ledger, onRequest } = world(
      (asked) => asked === 5,
      (_, asked) => {
        if (asked === 2) throw reset()
      },
    )
    const feed = fakeFeed(pagedReader(4), {}, onRequest)
    await expect(supervise(feed, ledger, doors, end.signal)).rejects.toBeInstanceOf(Enough)
    expect(feed.asked.slice(0, 5).map((path) => path.at(-1))).toEqual(['0', '1', '2', '2', '3'])
  })

  it('read a window again from its start after the third at one cursor', async () => {
    const { end, doors, ledger, onRequest } = world(
      (asked) => asked === 6,
      ({ url }, asked) => {
        if (url.pathname.endsWith('/1') && asked < 5) throw reset()
      },
    )
    const feed = fakeFeed(pagedReader(2), {}, onRequest)
    await expect(supervise(feed, ledger, doors, end.signal)).rejects.toBeInstanceOf(Enough)
    expect(feed.asked.slice(0, 6).map((path) => path.at(-1))).toEqual(['0', '1', '1', '1', '0', '1'])
    expect(ledger.notes).toHaveLength(1)
  })

  it('never start a window over while reading gets on, so that a long window ends in spite of many failures', async () => {
    let requests = 0
    const { end, doors, ledger, onRequest } = world(
      () => ledger.readings.at(-1)?.mark.succeededAtMs !== undefined || requests > 1_000,
      () => {
        if (++requests % 10 === 0) throw reset()
      },
    )
    const feed = fakeFeed(pagedReader(60), {}, onRequest)
    await expect(supervise(feed, ledger, doors, end.signal)).rejects.toBeInstanceOf(Enough)
    expect(requests).toBeLessThan(100)
    expect(ledger.marks.get('live')?.readThroughMs).toBeDefined()
  })

  it('wait shortly again once reading has got on', async () => {
    let requests = 0
    const { end, doors, ledger, onRequest } = world(
      () => doors.failures.length === 5,
      () => {
        if (++requests % 10 === 0) throw reset()
      },
    )
    await expect(
      supervise(fakeFeed(pagedReader(500), {}, onRequest), ledger, doors, end.signal),
    ).rejects.toBeInstanceOf(Enough)
    expect(doors.failures.map(({ retryInMs }) => retryInMs)).toEqual([500, 500, 500, 500, 500])
  })

  it('wait longer and longer for a page that always fails, though its window is started over in between', async () => {
    const { end, doors, ledger, onRequest } = world(
      () => doors.failures.length === 9,
      ({ url }) => {
        if (url.pathname.endsWith('/1')) throw reset()
      },
    )
    await expect(supervise(fakeFeed(pagedReader(2), {}, onRequest), ledger, doors, end.signal)).rejects.toBeInstanceOf(
      Enough,
    )
    const waits = doors.failures.map(({ retryInMs }) => retryInMs)
    expect(waits).toEqual([500, 1_000, 2_000, 4_000, 8_000, 16_000, 30_000, 30_000, 30_000])
  })

  it('wait longer and longer where paging goes in a circle every time', async () => {
    const { end, doors, ledger, onRequest } = world(() => doors.failures.length === 5)
    const reader = {
      ...pagedReader(),
      async *read(_: unknown, cursor: { page: number }) {
        yield await Promise.resolve(emptyPage({ ...cursor, page: 1 }, true))
      },
    }
    await expect(supervise(fakeFeed(reader, {}, onRequest), ledger, doors, end.signal)).rejects.toBeInstanceOf(Enough)
    expect(doors.failures.map(({ retryInMs }) => retryInMs)).toEqual([500, 1_000, 2_000, 4_000, 8_000])
  })

  it('start a window over at once where paging goes in a circle', async () => {
    const { end, doors, ledger, onRequest } = world((asked) => asked === 3)
    const reader = {
      ...pagedReader(),
      async *read(_: unknown, cursor: { page: number }) {
        yield await Promise.resolve(emptyPage({ ...cursor, page: 1 }, true))
      },
    }
    const feed = fakeFeed(reader, {}, onRequest)
    await expect(supervise(feed, ledger, doors, end.signal)).rejects.toBeInstanceOf(Enough)
    expect(feed.asked.slice(0, 3).map((path) => path.at(-1))).toEqual(['0', '1', '0'])
    expect(doors.failures[0]?.error).toMatchObject({ code: 'RT-ANSWER-CIRCLE' })
  })

  it('of the ledger end it', async () => {
    const { end, doors, ledger, onRequest } = world(() => false)
    const spent = new LedgerSpent('spent')
    ledger.accept = () => {
      throw spent
    }
    await expect(supervise(fakeFeed(pagedReader(3), {}, onRequest), ledger, doors, end.signal)).rejects.toBe(spent)
    expect(doors.failures).toEqual([])
  })

  it('that are only stale readings ask again at once', async () => {
    const { end, doors, ledger, onRequest } = world((asked) => asked === 3)
    let readings = 0
    ledger.accept = () => {
      if (readings++ < 2) throw new StaleReading('stale')
    }
    const feed = fakeFeed(pagedReader(), {}, onRequest)
    await expect(supervise(feed, ledger, doors, end.signal)).rejects.toBeInstanceOf(Enough)
    expect(feed.asked.slice(0, 3)).toEqual(Array.from({ length: 3 }, () => `/${noonMs - hourMs - 5_000}-${noonMs}/0`))
    expect(doors.sleeps.slice(0, 3)).toEqual([0, 0, 0])
    expect(doors.failures).toEqual([])
  })
})

describe('the end', () => {
  it('comes at once while it sleeps', async () => {
    const end = new AbortController()
    const doors = {
      ...fakeFeedDoors(),
      sleep: (_: number, signal: AbortSignal) =>
        new Promise<void>((_resolve, reject) => signal.addEventListener('abort', () => reject(signal.reason as Error))),
    }
    const running = supervise(fakeFeed(pagedReader()), new FakeLedger(), doors, end.signal)
    end.abort(new Enough())
    await expect(running).rejects.toBeInstanceOf(Enough)
  })

  it('comes at once while it waits for an answer, also for the one that is asked for ahead', async () => {
    for (const hangingAt of [0, 1, 2]) {
      const end = new AbortController()
      const doors = fakeFeedDoors()
      let asked = 0
      const feed = fakeFeed(pagedReader(5), {}, (_, { signal }) => {
        if (asked++ < hangingAt) return
        return new Promise<void>((_resolve, reject) =>
          signal.addEventListener('abort', () => reject(new Error('socket closed'))),
        )
      })
      const running = supervise(feed, new FakeLedger(), doors, end.signal)
      const ended = expect(running).rejects.toBeInstanceOf(Enough)
      for (let turn = 0; turn < 5; turn++) await new Promise(setImmediate)
      end.abort(new Enough())
      await ended
      expect(doors.failures).toEqual([])
    }
  })

  it('comes at once while a commit waits for its turn', async () => {
    const end = new AbortController()
    const ledger = new FakeLedger()
    ledger.accept = () => new Promise(() => {})
    let isOver = false
    void supervise(fakeFeed(pagedReader(3)), ledger, fakeFeedDoors(), end.signal).catch(() => {
      isOver = true
    })
    for (let turn = 0; turn < 5; turn++) await new Promise(setImmediate)
    end.abort(new Enough())
    for (let turn = 0; turn < 5; turn++) await new Promise(setImmediate)
    expect(isOver).toBe(true)
  })

  it("is the signal's reason before anything was asked", async () => {
    const feed = fakeFeed(pagedReader())
    await expect(
      supervise(feed, new FakeLedger(), fakeFeedDoors(), AbortSignal.abort(new Enough())),
    ).rejects.toBeInstanceOf(Enough)
    expect(feed.asked).toEqual([])
  })
})
