import type { Feed } from '../../src/feed/feed.ts'
import type { FeedLedger } from '../../src/feed/poll.ts'
import type { ReadDoors } from '../../src/feed/read.ts'
import type { FeedDoors } from '../../src/feed/supervise.ts'
import type { Clock } from '../../src/model/clock.ts'
import type { FeedMark, Reading } from '../../src/model/feed-mark.ts'
import type { HttpAnswer, HttpRequest, SendOptions } from '../../src/model/http.ts'
import type { AnyReader, Reader } from '../../src/model/provider.ts'
import type { Page } from '../../src/model/row.ts'
import type { TimeWindow } from '../../src/model/time-window.ts'

export const minuteMs = 60_000
export const hourMs = 60 * minuteMs
export const dayMs = 24 * hourMs
export const noonMs = Date.UTC(2026, 5, 1, 12)

/** A clock that only sleeping and the test move. */
export class HandClock implements Clock {
  nowMs = noonMs
  monotonicMs = 1_000
  readonly now = () => this.nowMs
  readonly monotonic = () => this.monotonicMs

  pass(ms: number): void {
    this.nowMs += ms
    this.monotonicMs += ms
  }
}

/** Where a fake reading of a window stands. */
export interface FakeCursor {
  readonly window: TimeWindow
  readonly page: number
}

export function emptyPage<C>(next: C, more: boolean, parts: Partial<Page<C>> = {}): Page<C> {
  return { rows: [], rejects: [], next, more, ...parts }
}

/** A range of `pages` pages a window; a cursor's request names the window and page in its address. */
export function pagedReader(pages = 1): Reader<FakeCursor> {
  return {
    start: (window) => ({ window, page: 0 }),
    request: ({ window, page }) => ({
      method: 'GET',
      url: new URL(`http://fake/${window.fromMs}-${window.toMs}/${page}`),
    }),
    async *read(_, cursor) {
      const next = { ...cursor, page: cursor.page + 1 }
      yield await Promise.resolve(emptyPage(next, next.page < pages))
    },
  }
}

export interface FakeAnswer extends HttpAnswer {
  discarded: boolean
}

export function fakeAnswer(): FakeAnswer {
  const answer: FakeAnswer = {
    discarded: false,
    status: 200,
    headers: {},
    dateMs: noonMs,
    shownUrl: 'http://fake/',
    body: (async function* () {})(),
    text: () => Promise.resolve(''),
    discard: () => {
      answer.discarded = true
      return Promise.resolve()
    },
  }
  return answer
}

export interface FakeFeed extends Feed {
  /** Addresses that were asked for, in order. */
  readonly asked: string[]
  readonly options: SendOptions[]
  readonly answers: FakeAnswer[]
}

/** A feed that is answered at once, or whatever `answer` does. */
export function fakeFeed(
  reader: AnyReader,
  more: Partial<Feed> = {},
  answer: (request: HttpRequest, options: SendOptions) => Promise<void> | void = () => {},
): FakeFeed {
  const asked: string[] = []
  const options: SendOptions[] = []
  const answers: FakeAnswer[] = []
  return {
    asked,
    options,
    answers,
    source: 'main',
    name: 'live',
    priority: 'live',
    reader,
    isTail: false,
    everyMs: minuteMs,
    plan: (nowMs, before) => ({ fromMs: (before?.readThroughMs ?? nowMs - hourMs) - 5_000, toMs: nowMs }),
    maxWindowMs: dayMs,
    keepsHighWater: true,
    send: async (request, sent) => {
      asked.push(request.url.pathname)
      options.push(sent)
      await answer(request, sent)
      const answered = fakeAnswer()
      answers.push(answered)
      return answered
    },
    ...more,
  }
}

/** A ledger that remembers marks and readings, and may refuse. */
export class FakeLedger implements FeedLedger {
  readonly marks = new Map<string, FeedMark>()
  readonly readings: Reading[] = []
  readonly notes: FeedMark[] = []
  /** Called before a reading is taken; may throw. */
  accept: (reading: Reading) => Promise<void> | void = () => {}

  #ticks = 0

  tick(): number {
    return ++this.#ticks
  }

  mark(_source: string, feed: string): FeedMark | undefined {
    return this.marks.get(feed)
  }

  note(_source: string, feed: string, mark: FeedMark): void {
    this.notes.push(mark)
    this.marks.set(feed, mark)
  }

  async commit(reading: Reading): Promise<void> {
    await this.accept(reading)
    this.readings.push(reading)
    this.marks.set(reading.feed, reading.mark)
  }
}

export interface FakeFeedDoors extends FeedDoors {
  readonly clock: HandClock
  readonly sleeps: number[]
  readonly failures: { readonly error: unknown; readonly failures: number; readonly retryInMs: number }[]
  /** Names of the hooks that were called, in order. */
  readonly heard: string[]
}

/** Time passes only while something sleeps, and then at once. */
export function fakeFeedDoors(clock = new HandClock(), random = () => 0.5): FakeFeedDoors {
  const sleeps: number[] = []
  const failures: FakeFeedDoors['failures'] = []
  const heard: string[] = []
  return {
    clock,
    sleeps,
    failures,
    heard,
    sleep: async (ms, signal) => {
      signal.throwIfAborted()
      sleeps.push(ms)
      clock.pass(ms)
      await Promise.resolve()
      signal.throwIfAborted()
    },
    random,
    hooks: {
      started: () => heard.push('started'),
      polling: () => heard.push('polling'),
      succeeded: () => heard.push('succeeded'),
      failed: (_, error, count, retryInMs) => {
        heard.push('failed')
        failures.push({ error, failures: count, retryInMs })
      },
    },
  }
}

/** All items, once there are no more. */
export async function collected<T>(items: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = []
  for await (const item of items) all.push(item)
  return all
}

/** What `read` takes from outside, where nobody looks at its times. */
export const anyTime: ReadDoors = { tick: () => 1, monotonic: () => 1 }
