import { describe, expect, it } from 'vitest'
import { RingtailError } from '../../src/model/errors.ts'
import { Account, noonMs } from './account.ts'

const secondMs = 1_000
const minuteMs = 60 * secondMs
const hourMs = 60 * minuteMs

describe('T1: a record that is inserted behind what was read', () => {
  it.each([
    ['recheck-1', 2 * minuteMs + 43 * secondMs],
    ['recheck-2', 40 * minuteMs],
    ['recheck-3', 20 * hourMs],
  ] as const)('is found once, by %s', async (feed, lateMs) => {
    const account = await Account.open()
    account.call(noonMs + minuteMs)
    account.nowMs = noonMs + 2 * minuteMs
    await account.poll('live')
    const late = account.call(noonMs, noonMs + lateMs)
    account.nowMs = noonMs + lateMs + secondMs
    account.call(account.nowMs)
    await account.poll('live')
    expect(account.published(late)).toEqual([])
    await account.poll(feed)
    await account.poll(feed)
    await account.poll('live')
    expect(account.published(late)).toHaveLength(1)
    expect(account.changes.find(({ fields }) => fields.recordId === late)?.isLate).toBe(true)
    expect(account.changes).toHaveLength(3)
  })
})

describe('T2: a record that changes after it was published', () => {
  it('is published once more, as UPDATED', async () => {
    const account = await Account.open()
    const id = account.call(noonMs - minuteMs, noonMs - minuteMs, { price: '0.0025' })
    await account.poll('live')
    account.simulator.world.correct(id, { price: '0.0030' }, noonMs + secondMs)
    account.nowMs = noonMs + minuteMs
    for (let times = 0; times < 3; times++) await account.poll('recheck-1')
    expect(account.published(id)).toEqual([
      [1, '0.0025'],
      [2, '0.0030'],
    ])
    expect(account.changes.map(({ head }) => head.eventType)).toEqual(['CREATED', 'UPDATED'])
  })

  it('and is changed back has three revisions with an event id each', async () => {
    const account = await Account.open()
    const id = account.call(noonMs - minuteMs, noonMs - minuteMs, { price: '1' })
    await account.poll('live')
    for (const [at, price] of ['2', '1'].entries()) {
      account.simulator.world.correct(id, { price }, noonMs + at * minuteMs)
      account.nowMs = noonMs + at * minuteMs + secondMs
      await account.poll('recheck-1')
    }
    expect(account.published(id)).toEqual([
      [1, '1'],
      [2, '2'],
      [3, '1'],
    ])
    expect(new Set(account.changes.map(({ head }) => head.eventId)).size).toBe(3)
  })
})

describe('T9: dying at any point', () => {
  it('between the pages of a tail loses and repeats nothing', async () => {
    const account = await Account.open()
    const ids = Array.from({ length: 2_500 }, (_, at) => account.call(noonMs - hourMs + at * 100))
    account.simulator.injectFault('reset', 'after')
    for (let lives = 0; lives < 4; lives++) {
      await account.poll('live').catch(() => {})
      account.die()
      account.simulator.injectFault('truncate', 'after')
    }
    account.die()
    await account.poll('live').catch(() => {})
    await account.poll('live')
    expect(account.changes.map(({ fields }) => fields.recordId).sort()).toEqual(ids.sort())
  })
})

describe('T14: a record that ended in 2099', () => {
  it('is published once and hides nothing that comes after it', async () => {
    const account = await Account.open()
    account.call(noonMs - minuteMs)
    const strange = account.call(Date.UTC(2099, 0), noonMs - minuteMs)
    await account.poll('live')
    account.nowMs = noonMs + minuteMs
    const normal = account.call(noonMs + 30 * secondMs)
    await account.poll('live')
    await account.poll('live')
    expect(account.published(strange)).toHaveLength(1)
    expect(account.published(normal)).toHaveLength(1)
    expect(account.readThroughMs).toBe(noonMs + 30 * secondMs)
  })
})

describe('T20: the same record', () => {
  it('in the tail and in a recheck is published once', async () => {
    const account = await Account.open()
    const ids = [1, 2, 3].map((at) => account.call(noonMs - at * minuteMs))
    await Promise.all([account.poll('live'), account.poll('recheck-1'), account.poll('recheck-2')])
    expect(account.changes.map(({ fields }) => fields.recordId).sort()).toEqual(ids.sort())
  })
})

describe('T22: a token that is refused in the middle of paging', () => {
  it('fails the poll with its code, and the next one goes on where it stood', async () => {
    const account = await Account.open()
    const ids = Array.from({ length: 1_200 }, (_, at) => account.call(noonMs - hourMs + at * 100))
    account.simulator.injectFault('unauthorized', 'after')
    await expect(account.poll('live')).rejects.toMatchObject({ code: 'RT-AUTH-401', retryable: true })
    await account.poll('live')
    expect(account.changes.map(({ fields }) => fields.recordId).sort()).toEqual(ids.sort())
  })
})

describe('T23: 429', () => {
  it.each([
    ['throttle-seconds', 1_000],
    ['throttle-date', 1],
    ['throttle-bare', undefined],
  ] as const)('%s holds the source back, and nothing is lost', async (fault, leastMs) => {
    const account = await Account.open()
    const id = account.call(noonMs - minuteMs)
    account.simulator.injectFault(fault, 'start')
    const refused = await account.poll('live').catch((error: unknown) => error)
    expect(refused).toBeInstanceOf(RingtailError)
    expect(refused).toMatchObject({ code: 'RT-HTTP-429', status: 429 })
    const askedToWaitMs = refused instanceof RingtailError ? refused.retryAfterMs : undefined
    if (leastMs === undefined) expect(askedToWaitMs).toBeUndefined()
    else expect(askedToWaitMs).toBeGreaterThanOrEqual(leastMs)
    const refusedAtMs = performance.now()
    await account.poll('live')
    expect(performance.now() - refusedAtMs).toBeGreaterThanOrEqual(Math.min(askedToWaitMs ?? 0, 900))
    expect(account.published(id)).toHaveLength(1)
  })
})
