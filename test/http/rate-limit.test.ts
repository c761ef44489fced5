import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { systemClock } from '../../src/http/clock.ts'
import { withRateLimit } from '../../src/http/rate-limit.ts'
import { withStatus } from '../../src/http/status.ts'
import type { WireEnd } from '../../src/http/wire.ts'
import { RingtailError } from '../../src/model/errors.ts'
import type { Priority, RateLimit } from '../../src/model/http.ts'
import { fakeAnswer, get, ManualClock, sendOptions, serve, settled, testClient } from './fakes.ts'

const perSecond = (requests: number, concurrency = 1): RateLimit => ({ requests, perMs: 1_000, concurrency })
const url = 'https://api.example.com/'

/** A limited source whose requests are answered when the test says so, at once by default. */
function limitedSource(limits: readonly RateLimit[], answer: () => Promise<void> = async () => {}) {
  const clock = new ManualClock()
  const sent: { readonly feed: string; readonly atMs: number }[] = []
  const throttled: number[] = []
  const send = withRateLimit(
    async (_, { feed }) => {
      sent.push({ feed, atMs: clock.now() - 1_000 })
      await answer()
      return fakeAnswer()
    },
    limits,
    clock,
    { random: () => 0.5, onThrottled: (seconds) => throttled.push(seconds) },
  )
  const ask = (feed: string, priority: Priority = 'live', signal = new AbortController().signal) =>
    send(get(url), { feed, priority, signal })
  return { clock, sent, send, ask, throttled, order: () => sent.map(({ feed }) => feed).join(' ') }
}

const refusal = (status: number, retryAfterMs?: number) =>
  new RingtailError('no', { code: 'RT-HTTP-429', retryable: true, advice: 'Wait.', status, retryAfterMs })

describe('within its limits', () => {
  test('a source sends no more than it may in any window', async () => {
    const { clock, sent, ask } = limitedSource([perSecond(3, 9)])
    const asked = Array.from({ length: 7 }, (_, n) => ask(`${n}`))
    await clock.turn(10_000)
    await Promise.all(asked)
    // Answered at once, so the windows follow each other exactly.
    expect(sent.map(({ atMs }) => atMs)).toEqual([0, 0, 0, 1_000, 1_000, 1_000, 2_000])
  })

  test('all limits hold at once', async () => {
    const { clock, sent, ask } = limitedSource([
      { requests: 3, perMs: 60_000, concurrency: 9 },
      { requests: 9, perMs: 900_000, concurrency: 9 },
    ])
    const asked = Array.from({ length: 12 }, () => ask('x'))
    await clock.turn(1_800_000)
    await Promise.all(asked)
    expect(sent.map(({ atMs }) => atMs / 60_000)).toEqual([0, 0, 0, 1, 1, 1, 2, 2, 2, 15, 15, 15])
  })

  test('an answer that takes long counts from a little after it was asked for', async () => {
    const { clock, sent, ask } = limitedSource([perSecond(1, 9)], () => new Promise(() => {}))
    void ask('a')
    void ask('b')
    await clock.turn(5_000)
    expect(sent.map(({ atMs }) => atMs)).toEqual([0, 1_040])
  })

  test('as many are under way as the strictest limit allows, each until its answer has ended', async () => {
    const clock = new ManualClock()
    const ends: ((end: WireEnd) => void)[] = []
    const send = withRateLimit(
      async () => fakeAnswer({}, '', new Promise((resolve) => ends.push(resolve))),
      [perSecond(100, 5), perSecond(100, 2)],
      clock,
    )
    const asked = [1, 2, 3].map(() => send(get(url), sendOptions()))
    await Promise.all(asked.slice(0, 2))
    await settled()
    expect(send.rateLimitState()).toMatchObject({ inFlight: 2, waiting: 1 })
    ends[0]?.({ bytes: 0, error: undefined })
    await asked[2]
    expect(send.rateLimitState()).toMatchObject({ inFlight: 2, waiting: 0, remaining: 97 })
  })

  test('without limits nothing waits', async () => {
    const { ask, sent, send } = limitedSource([])
    await Promise.all(Array.from({ length: 50 }, () => ask('x')))
    expect(sent).toHaveLength(50)
    expect(send.rateLimitState().remaining).toBe(Number.POSITIVE_INFINITY)
  })
})

describe('whose turn it is', () => {
  test('is decided when a request may go, not when it asked', async () => {
    const { clock, ask, order } = limitedSource([perSecond(1)])
    const asked = [ask('first'), ask('backfill', 'backfill'), ask('probe', 'probe'), ask('recheck', 'recheck')]
    await clock.turn(999)
    asked.push(ask('live', 'live'), ask('inspect', 'inspect'), ask('live2', 'live'))
    await clock.turn(10_000)
    await Promise.all(asked)
    expect(order()).toBe('first inspect live live2 recheck probe backfill')
  })

  test('is nobody’s who has left: an aborted request leaves the queue at once', async () => {
    const { clock, ask, send, order } = limitedSource([perSecond(1)])
    const leaving = new AbortController()
    const reason = new Error('stopping')
    await ask('a')
    const left = ask('b', 'live', leaving.signal)
    const stayed = ask('c')
    await settled()
    leaving.abort(reason)
    await expect(left).rejects.toBe(reason)
    expect(send.rateLimitState().waiting).toBe(1)
    await clock.turn(1_000)
    await stayed
    expect(order()).toBe('a c')
    await expect(ask('d', 'live', leaving.signal)).rejects.toBe(reason)
  })

  test('costs no timer while nobody waits', async () => {
    const { clock, ask } = limitedSource([perSecond(1)])
    await ask('a')
    expect(clock.timers).toBe(0)
    const leaving = new AbortController()
    const left = ask('b', 'live', leaving.signal)
    expect(clock.timers).toBe(1)
    leaving.abort()
    await expect(left).rejects.toThrow()
    expect(clock.timers).toBe(0)
  })
})

describe('a refusal', () => {
  test.each([429, 503])('with %i that says how long holds back the whole source that long', async (status) => {
    const answers = [Promise.reject(refusal(status, 30_000))]
    const { clock, sent, send, ask } = limitedSource([perSecond(100, 5)], () => answers.shift() ?? Promise.resolve())
    await expect(ask('a')).rejects.toMatchObject({ status })
    const asked = [ask('b'), ask('c', 'inspect')]
    await clock.turn(0)
    expect(send.rateLimitState()).toMatchObject({ waiting: 2, heldForMs: 30_000 })
    await clock.turn(60_000)
    await Promise.all(asked)
    expect(sent.map(({ feed, atMs }) => `${feed} ${atMs}`)).toEqual(['a 0', 'c 30000', 'b 30000'])
  })

  test('with 429 that does not say backs off, longer each time, until an answer comes', async () => {
    let refuses = true
    const { clock, sent, ask } = limitedSource([perSecond(100)], async () => {
      if (refuses) throw refusal(429)
    })
    const waits: number[] = []
    for (let n = 0; n < 12; n++) {
      await Promise.all([expect(ask('x')).rejects.toThrow(), clock.turn(1_000_000)])
    }
    for (let n = 1; n < 12; n++) waits.push((sent[n]?.atMs ?? 0) - (sent[n - 1]?.atMs ?? 0))
    // Each attempt asked a million milliseconds after the last one: nothing waited any more.
    expect(new Set(waits)).toEqual(new Set([1_000_000]))

    const burst = Array.from({ length: 3 }, () => ask('y').catch(() => 'refused'))
    await clock.turn(1_000_000)
    await Promise.all(burst)
    const [first, second, third] = sent.slice(12).map(({ atMs }) => atMs)
    // Five minutes at most, and a quarter more by chance.
    expect([(second ?? 0) - (first ?? 0), (third ?? 0) - (second ?? 0)]).toEqual([375_000, 375_000])

    refuses = false
    await Promise.all([ask('z'), clock.turn(1_000_000)])
    refuses = true
    const again = Array.from({ length: 3 }, () => ask('y').catch(() => 'refused'))
    await clock.turn(1_000_000)
    await Promise.all(again)
    const [one, two, three] = sent.slice(16).map(({ atMs }) => atMs)
    expect([(two ?? 0) - (one ?? 0), (three ?? 0) - (two ?? 0)]).toEqual([1_250, 2_500])
  })

  test('of requests that were under way together counts once', async () => {
    const { clock, sent, ask } = limitedSource([perSecond(100, 4)], () => Promise.reject(refusal(429)))
    const asked = Array.from({ length: 5 }, () => ask('x').catch(() => 'refused'))
    await clock.turn(1_250)
    await Promise.all(asked)
    expect(sent.map(({ atMs }) => atMs)).toEqual([0, 0, 0, 0, 1_250])
  })

  test.each([500, 503, 401])('with %i that does not say holds nothing back', async (status) => {
    const { sent, ask } = limitedSource([perSecond(100)], () => Promise.reject(refusal(status)))
    await expect(ask('a')).rejects.toThrow()
    await expect(ask('b')).rejects.toThrow()
    expect(sent.map(({ atMs }) => atMs)).toEqual([0, 0])
  })
})

test('seconds in which anything waited for the limit are counted once', async () => {
  const { clock, ask, send, throttled } = limitedSource([perSecond(1)])
  const asked = [ask('a'), ask('b'), ask('c')]
  await clock.turn(500)
  send.rateLimitState()
  expect(throttled.reduce((sum, seconds) => sum + seconds, 0)).toBeCloseTo(0.5)
  await clock.turn(10_000)
  await Promise.all(asked)
  send.rateLimitState()
  expect(throttled.reduce((sum, seconds) => sum + seconds, 0)).toBeCloseTo(2)
})

test('for all arrivals: no window is exceeded at the provider, the most urgent goes first, everybody goes', async () => {
  const limit = fc.record({
    requests: fc.integer({ min: 1, max: 6 }),
    perMs: fc.integer({ min: 20, max: 2_000 }),
    concurrency: fc.integer({ min: 1, max: 4 }),
  })
  const request = fc.record({
    afterMs: fc.nat(400),
    priority: fc.constantFrom<Priority>('inspect', 'live', 'recheck', 'probe', 'backfill'),
    // How long it takes to arrive, as a part of what the limit reckons with, and then to be answered.
    onTheWay: fc.double({ min: 0, max: 1, noNaN: true }),
    answerMs: fc.oneof(fc.constant(0), fc.nat(300)),
    abortAfterMs: fc.option(fc.nat(500), { freq: 5 }),
  })
  const urgency: readonly Priority[] = ['inspect', 'live', 'recheck', 'probe', 'backfill']

  await fc.assert(
    fc.asyncProperty(
      fc.array(limit, { minLength: 1, maxLength: 2 }),
      fc.array(request, { minLength: 1, maxLength: 25 }),
      async (limits, requests) => {
        const clock = new ManualClock()
        const pass = (ms: number) => new Promise<void>((resolve) => clock.after(ms, resolve))
        const jitterMs = Math.min(...limits.map(({ perMs }) => Math.max(perMs * 0.04, 5)))
        const arrivals: number[] = []
        const waiting = new Set<number>()
        let underWay = 0
        const send = withRateLimit(
          async (_, { feed }) => {
            const own = Number(feed)
            const asked = requests[own]
            waiting.delete(own)
            const urgent = Math.min(...[...waiting].map((n) => urgency.indexOf(requests[n]?.priority ?? 'backfill')))
            expect(urgency.indexOf(asked?.priority ?? 'inspect')).toBeLessThanOrEqual(urgent)
            expect(++underWay).toBeLessThanOrEqual(Math.min(...limits.map(({ concurrency }) => concurrency)))
            await pass((asked?.onTheWay ?? 0) * jitterMs)
            arrivals.push(clock.now())
            await pass(asked?.answerMs ?? 0)
            underWay--
            return fakeAnswer()
          },
          limits,
          clock,
        )

        let aborted = 0
        const settledAll = requests.map(async ({ priority, abortAfterMs }, n) => {
          await pass(requests.slice(0, n + 1).reduce((sum, { afterMs }) => sum + afterMs, 0))
          const leaving = new AbortController()
          // Only from the queue: what is under way is not the limit's business.
          if (abortAfterMs !== null) {
            clock.after(abortAfterMs, () => {
              if (waiting.delete(n)) leaving.abort()
            })
          }
          waiting.add(n)
          await send(get(url), { feed: `${n}`, priority, signal: leaving.signal }).catch((error: unknown) => {
            if (!leaving.signal.aborted) throw error
            aborted++
          })
        })
        await clock.turn(1_000_000)
        await Promise.all(settledAll)

        expect(arrivals).toHaveLength(requests.length - aborted)
        arrivals.sort((a, b) => a - b)
        for (const { requests: most, perMs } of limits) {
          arrivals.slice(most).forEach((atMs, n) => {
            expect(atMs - (arrivals[n] ?? 0)).toBeGreaterThanOrEqual(perMs - 1e-6)
          })
        }
      },
    ),
    { numRuns: 150 },
  )
})

test('in real time, counted at the server', async () => {
  const arrivals: number[] = []
  const { origin } = await serve((_, response) => {
    arrivals.push(performance.now())
    response.end('x')
  })
  const limited = withRateLimit(
    withStatus(testClient(), 'main', []),
    [{ requests: 10, perMs: 600, concurrency: 3 }],
    systemClock,
  )
  await Promise.all(Array.from({ length: 25 }, async () => (await limited(get(origin), sendOptions())).text()))
  // A busy machine may take its time between sending and counting; a provider that counts is on another one.
  for (let n = 10; n < arrivals.length; n++) expect((arrivals[n] ?? 0) - (arrivals[n - 10] ?? 0)).toBeGreaterThan(400)
  expect((arrivals.at(-1) ?? 0) - (arrivals[0] ?? 0)).toBeGreaterThan(1_180)
})
