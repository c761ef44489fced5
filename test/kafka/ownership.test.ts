import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { poll } from '../../sandbox/jvm/poll.ts'
import { NotCommitted } from '../../src/kafka/kafka-errors.ts'
import { kafkajs } from '../../src/kafka/kafkajs.ts'
import { Ownership } from '../../src/kafka/ownership.ts'

/** Work on a partition that a test lets go well or wrong. */
interface Hold {
  readonly partition: number
  readonly signal: AbortSignal
  readonly acquired: () => void
  readonly end: () => void
  readonly fail: (error: unknown) => void
}

let holds: Hold[] = []
let failures: { partition: number; error: unknown; retryInMs: number }[] = []
let confirm: () => void = () => {}
let asked: number[] = []
let ownership: Ownership

beforeEach(() => {
  holds = []
  failures = []
  asked = []
  const confirmed = Promise.withResolvers<void>()
  confirm = confirmed.resolve
  ownership = new Ownership({
    hold: (partition, signal, acquired) => {
      const { promise, resolve, reject } = Promise.withResolvers<void>()
      holds.push({ partition, signal, acquired, end: resolve, fail: reject })
      return promise
    },
    confirmedAfter: async (sinceMs, signal) => {
      asked.push(sinceMs)
      await Promise.race([
        confirmed.promise,
        new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason))),
      ])
    },
    failed: (partition, error, retryInMs) => failures.push({ partition, error, retryInMs }),
  })
})

afterEach(async () => {
  confirm()
  const released = ownership.release()
  for (const each of holds) each.end()
  await released
})

function fenced(): NotCommitted {
  const cause = Object.assign(new Error('fenced'), { code: 47, type: 'INVALID_PRODUCER_EPOCH', retriable: false })
  return new NotCommitted('not committed', { cause: new kafkajs.KafkaJSProtocolError(cause) })
}

function heldOf(partition: number): Hold[] {
  return holds.filter((each) => each.partition === partition)
}

/** The latest work on a partition, once there were so many. */
function heldTimes(partition: number, times: number): Promise<Hold> {
  return poll(`work on ${partition}, ${times} times`, () => heldOf(partition)[times - 1], { withinMs: 2_000 })
}

/** Lets everything happen that waits for nothing but the event loop. */
async function settled(): Promise<void> {
  for (let turn = 0; turn < 5; turn++) await new Promise((resolve) => setImmediate(resolve))
}

describe('what is assigned', () => {
  test('is worked on; what stays is left alone, what goes is told so', async () => {
    ownership.assign([1, 2])
    const [one, two] = [await heldTimes(1, 1), await heldTimes(2, 1)]
    ownership.assign([2, 3])
    await heldTimes(3, 1)
    expect(one.signal.aborted).toBe(true)
    expect(two.signal.aborted).toBe(false)
    expect(heldOf(2)).toHaveLength(1)
    expect(ownership.partitions).toEqual([2, 3])
  })

  test('is claimed from when it is acquired until the work on it has ended', async () => {
    ownership.assign([1])
    const work = await heldTimes(1, 1)
    expect(ownership.claims()).toEqual({})
    const before = Date.now()
    work.acquired()
    expect(ownership.claims()[1]).toBeGreaterThanOrEqual(before)
    ownership.assign([])
    work.end()
    await settled()
    expect(ownership.claims()).toEqual({})
  })

  test('again before the earlier work has ended is worked on after it', async () => {
    ownership.assign([1])
    const first = await heldTimes(1, 1)
    ownership.assign([])
    ownership.assign([1])
    await settled()
    expect(heldOf(1)).toHaveLength(1)
    first.end()
    const second = await heldTimes(1, 2)
    expect(second.signal.aborted).toBe(false)
    expect(ownership.partitions).toEqual([1])
  })

  test('and lost, assigned and lost again before the earlier work has ended is not worked on', async () => {
    ownership.assign([1])
    const first = await heldTimes(1, 1)
    ownership.assign([])
    ownership.assign([1])
    ownership.assign([])
    first.end()
    await settled()
    expect(heldOf(1)).toHaveLength(1)
    expect(ownership.partitions).toEqual([])
  })

  test('and lost while it is acquired is cancelled, and nothing is said to have failed', async () => {
    ownership.assign([1])
    const work = await heldTimes(1, 1)
    ownership.assign([])
    expect(work.signal.aborted).toBe(true)
    work.fail(work.signal.reason)
    await settled()
    expect(heldOf(1)).toHaveLength(1)
    expect(failures).toEqual([])
    expect(ownership.claims()).toEqual({})
  })
})

describe('work that fails', () => {
  test('is begun again after a while that grows', async () => {
    ownership.assign([1])
    for (const [times, atLeastMs, atMostMs] of [
      [1, 75, 125],
      [2, 150, 250],
    ] as const) {
      const work = await heldTimes(1, times)
      work.acquired()
      const failedAt = performance.now()
      work.fail(new Error(`failure ${times}`))
      await heldTimes(1, times + 1)
      const failure = failures[times - 1]
      expect(failure).toMatchObject({ partition: 1, error: new Error(`failure ${times}`) })
      expect(failure?.retryInMs).toBeGreaterThanOrEqual(atLeastMs)
      expect(failure?.retryInMs).toBeLessThanOrEqual(atMostMs)
      expect(performance.now() - failedAt).toBeGreaterThanOrEqual(atLeastMs - 2)
    }
    expect(asked).toEqual([])
  })

  test('because it was fenced waits until the group has confirmed this process', async () => {
    ownership.assign([1])
    const before = performance.now()
    const work = await heldTimes(1, 1)
    work.fail(fenced())
    await poll('the question', () => asked[0])
    expect(asked[0]).toBeGreaterThanOrEqual(before)
    // Another one that is not fenced is begun again meanwhile.
    ownership.assign([1, 2])
    const other = await heldTimes(2, 1)
    other.fail(new Error('failure'))
    await heldTimes(2, 2)
    expect(heldOf(1)).toHaveLength(1)
    confirm()
    await heldTimes(1, 2)
  })

  test('because it was fenced ends when the partition is lost instead', async () => {
    ownership.assign([1])
    const work = await heldTimes(1, 1)
    work.fail(fenced())
    await poll('the question', () => asked[0])
    ownership.assign([])
    await settled()
    expect(heldOf(1)).toHaveLength(1)
    expect(ownership.partitions).toEqual([])
  })

  test('is not begun again once the partition is lost', async () => {
    ownership.assign([1])
    const work = await heldTimes(1, 1)
    work.fail(new Error('failure'))
    await poll('the failure', () => failures[0])
    ownership.assign([])
    await ownership.release()
    expect(heldOf(1)).toHaveLength(1)
  })
})

describe('a release', () => {
  test('ends all work and waits for it', async () => {
    ownership.assign([1, 2])
    const work = [await heldTimes(1, 1), await heldTimes(2, 1)]
    let isReleased = false
    const released = ownership.release().then(() => {
      isReleased = true
    })
    expect(work.map(({ signal }) => signal.aborted)).toEqual([true, true])
    work[0]?.end()
    await settled()
    expect(isReleased).toBe(false)
    work[1]?.end()
    await released
    expect(ownership.partitions).toEqual([])
  })

  test('is for good: a rebalance before the group is left brings nothing back', async () => {
    ownership.assign([1])
    const work = await heldTimes(1, 1)
    const released = ownership.release()
    ownership.assign([1, 2])
    work.end()
    await released
    ownership.assign([1, 2])
    await settled()
    expect(holds).toHaveLength(1)
    expect(ownership.partitions).toEqual([])
  })
})
