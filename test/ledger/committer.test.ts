import { describe, expect, it } from 'vitest'
import { Committer, LedgerSpent } from '../../src/ledger/committer.ts'
import { emptyParcel, type Parcel } from '../../src/ledger/parcel.ts'
import type { TopicRecord } from '../../src/model/topic-record.ts'
import { turns } from './fakes.ts'

function parcel(name: string, records = 1, bytes = 10, partition = 0): Parcel {
  const made = emptyParcel()
  for (let n = 0; n < records; n++) {
    const record = { topic: 'cdr', partition, key: name, value: Buffer.alloc(bytes) }
    made.records.push(record)
    made.load.add(record)
  }
  return made
}

/** A committer whose transactions end when the test says so. */
function open() {
  const transactions: { keys: string[]; end: PromiseWithResolvers<void> }[] = []
  const committed: number[] = []
  const committer = new Committer(
    (records: readonly TopicRecord[]) => {
      const end = Promise.withResolvers<void>()
      transactions.push({ keys: [...new Set(records.map(({ key }) => String(key)))], end })
      return end.promise
    },
    () => [],
    (parcels) => committed.push(parcels.length),
  )
  const end = async (at: number) => {
    transactions[at]?.end.resolve()
    await turns()
  }
  return { committer, transactions, committed, end }
}

describe('Committer', () => {
  it('has one transaction at a time, which takes all that waits', async () => {
    const { committer, transactions, committed, end } = open()
    expect(committer.idle).toBe(true)
    committer.add([parcel('a')])
    committer.add([parcel('b')])
    expect(committer.idle).toBe(false)
    await turns()
    expect(transactions.map(({ keys }) => keys)).toEqual([['a', 'b']])
    committer.add([parcel('c')])
    committer.add([parcel('d'), parcel('e')])
    await turns()
    expect(transactions).toHaveLength(1)
    await end(0)
    expect(transactions.map(({ keys }) => keys)).toEqual([
      ['a', 'b'],
      ['c', 'd', 'e'],
    ])
    expect(committed).toEqual([2])
    await end(1)
    expect(committed).toEqual([2, 3])
    expect(committer.idle).toBe(true)
  })

  it('leaves for the next one what a send has no room for, in order', async () => {
    const { committer, transactions, end } = open()
    committer.add([parcel('a', 600), parcel('b', 600), parcel('c', 1), parcel('d', 1, 10, 1)])
    for (let at = 0; at < 3; at++) {
      await turns()
      await end(at)
    }
    expect(transactions.map(({ keys }) => keys)).toEqual([['a'], ['b', 'c', 'd']])
  })

  it('takes no more parcels at once than their cursors have room for', async () => {
    const { committer, committed, end, transactions } = open()
    committer.add(Array.from({ length: 2_500 }, () => emptyParcel()))
    await turns()
    for (let at = 0; at < transactions.length; at++) await end(at)
    expect(committed.reduce((sum, parcels) => sum + parcels)).toBe(2_500)
    // A cursor takes some 300 bytes.
    expect(Math.max(...committed) * 300).toBeLessThan(900_000)
    expect(Math.max(...committed)).toBeLessThanOrEqual(800)
  })

  it('settles once what was added before is committed, whatever is added meanwhile', async () => {
    const { committer, end } = open()
    await committer.settled()
    committer.add([parcel('a')])
    let settled = false
    const waiting = committer.settled().then(() => {
      settled = true
    })
    await turns()
    committer.add([parcel('b')])
    expect(settled).toBe(false)
    await end(0)
    await waiting
    await end(1)
  })

  it('holds pages back while many records wait', async () => {
    const { committer, end } = open()
    committer.add([parcel('a', 1_000)])
    await turns()
    committer.add([parcel('b', 1_000), parcel('c', 1_000), parcel('d', 1_000)])
    let hasRoom = false
    const waiting = committer.room().then(() => {
      hasRoom = true
    })
    await turns()
    expect(hasRoom).toBe(false)
    await end(0)
    await waiting
    await end(1)
  })

  it('is spent by the first failure: nothing more is published, and everybody hears why', async () => {
    const { committer, transactions, committed } = open()
    committer.add([parcel('a', 1_000)])
    await turns()
    committer.add([parcel('b', 1_000), parcel('c', 1_000), parcel('d', 1_000)])
    const cause = new Error('fenced')
    const outcomes = Promise.allSettled([committer.room(), committer.room(), committer.settled(), committer.settled()])
    transactions[0]?.end.reject(cause)
    for (const outcome of await outcomes) {
      expect(outcome.status).toBe('rejected')
      expect((outcome as PromiseRejectedResult).reason).toBeInstanceOf(LedgerSpent)
      expect((outcome as PromiseRejectedResult).reason).toHaveProperty('cause', cause)
    }
    await turns()
    expect(transactions).toHaveLength(1)
    expect(committed).toEqual([])
    expect(committer.spent.aborted).toBe(true)
    expect(committer.spent.reason).toBeInstanceOf(LedgerSpent)
    expect(() => committer.add([parcel('e')])).toThrow(LedgerSpent)
    await expect(committer.room()).rejects.toBeInstanceOf(LedgerSpent)
    await expect(committer.settled()).rejects.toBeInstanceOf(LedgerSpent)
  })

  it('is spent by a publish or a checkpoint that throws at once', async () => {
    const broken = () => {
      throw new Error('our bug')
    }
    for (const committer of [
      new Committer(
        broken,
        () => [],
        () => {},
      ),
      new Committer(
        () => Promise.resolve(),
        broken,
        () => {},
      ),
      new Committer(
        () => Promise.resolve(),
        () => [],
        broken,
      ),
    ]) {
      committer.add([parcel('a')])
      await expect(committer.settled()).rejects.toBeInstanceOf(LedgerSpent)
    }
  })

  it('commits nothing more once it was spent from outside, and announces nothing', async () => {
    const { committer, transactions, committed, end } = open()
    committer.add([parcel('a')])
    await turns()
    committer.add([parcel('b')])
    committer.spend(new Error('lost'))
    committer.spend(new Error('a second reason'))
    await end(0)
    expect(transactions).toHaveLength(1)
    expect(committed).toEqual([])
    await expect(committer.settled()).rejects.toMatchObject({ cause: { message: 'lost' } })
  })
})
