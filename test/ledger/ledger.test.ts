import { describe, expect, it } from 'vitest'
import { cursorKey, cursorValue, parseCursor } from '../../src/ledger/checkpoint.ts'
import { LedgerSpent } from '../../src/ledger/committer.ts'
import { mostBytesPerPartition, mostRecordsPerPartition, sizeOf } from '../../src/ledger/load.ts'
import type { TopicRecord } from '../../src/model/topic-record.ts'
import {
  cdr,
  dayMs,
  eventsOf,
  FakeLog,
  fakeDoors,
  HandClock,
  noonMs,
  openLedger,
  reading,
  reject,
  restored,
  sourceNamed,
  turns,
} from './fakes.ts'

/** A publish whose transactions end when the test says so. */
function heldLog() {
  const log = new FakeLog()
  const pending: (() => void)[] = []
  const publish = (records: readonly TopicRecord[]) => {
    const end = Promise.withResolvers<void>()
    pending.push(() => {
      void log.publish(records)
      end.resolve()
    })
    return end.promise
  }
  const end = async () => {
    pending.shift()?.()
    await turns()
  }
  return { log, publish, pending, end }
}

/** What the cursor records of a transaction say, by feed. */
function cursorsOf(records: readonly TopicRecord[]): Record<string, unknown> {
  const cursors: Record<string, unknown> = {}
  for (const { key, value } of records) {
    const [kind, source, feed] = String(key).split('|')
    if (kind === 'cursor' && value !== null) cursors[`${source}/${feed}`] = parseCursor(value).mark.cursor
  }
  return cursors
}

describe('Ledger', () => {
  it('writes events, memory and cursor of a page in one transaction', async () => {
    const log = new FakeLog()
    const { ledger, accepted, committed } = openLedger(fakeDoors(), log.publish)
    await ledger.commit(reading([cdr('a', 1)], { mark: { startedAtMs: 1, cursor: 'after a' } }))
    await ledger.settled()
    expect(log.transactions).toHaveLength(1)
    expect(log.events).toHaveLength(1)
    expect(log.records.map(({ key }) => String(key).split('|')[0])).toEqual(['main:a', 'seen', 'cursor'])
    expect(cursorsOf(log.records)).toEqual({ 'main/live': 'after a' })
    expect(accepted).toHaveLength(1)
    expect(committed).toEqual(accepted)
  })

  it('goes on after a restore where it stood', async () => {
    const log = new FakeLog()
    const first = openLedger(fakeDoors(), log.publish)
    await first.ledger.commit(
      reading([cdr('a', 1)], { rejects: [reject('x')], mark: { startedAtMs: 1, cursor: 'after a' } }),
    )
    await first.ledger.settled()
    const { ledger } = restored(fakeDoors(), log)
    expect(ledger.seq).toBe(first.ledger.seq)
    expect(ledger.mark('main', 'live')).toEqual({ startedAtMs: 1, cursor: 'after a' })
    await ledger.commit(reading([cdr('a', 1)], { rejects: [reject('x')] }))
    await ledger.commit(reading([cdr('a', 2)]))
    await ledger.settled()
    expect(log.events.map(({ id, revision }) => [id, revision])).toEqual([
      ['a', 1],
      ['a', 2],
    ])
    expect(log.of('dead-letter')).toHaveLength(1)
    expect(ledger.seq).toBeGreaterThan(first.ledger.seq)
  })

  it('leaves alone what it does not know: sources, kinds and feeds of others', () => {
    const { ledger } = openLedger(fakeDoors(), new FakeLog().publish)
    ledger.apply('watch|main|recording|1', Buffer.from('anything'))
    ledger.apply('paused|main', null)
    ledger.apply('nonsense', Buffer.from(''))
    ledger.apply('seen|other|1|0', Buffer.from([1]))
    ledger.apply(cursorKey('other', 'live'), cursorValue({ seq: 41, mark: { startedAtMs: 1 } }))
    expect(ledger.seq).toBe(41)
    expect(ledger.mark('main', 'live')).toBeUndefined()
    expect(() => ledger.mark('other', 'live')).toThrow('holds no source')
  })

  it('takes a cursor that has a tombstone for none', () => {
    const { ledger } = openLedger(fakeDoors(), new FakeLog().publish)
    ledger.apply(cursorKey('main', 'live'), cursorValue({ seq: 1, mark: { startedAtMs: 1 } }))
    ledger.apply(cursorKey('main', 'live'), null)
    expect(ledger.mark('main', 'live')).toBeUndefined()
  })

  it('keeps the last of two versions that one log holds of a key', () => {
    const { ledger } = openLedger(fakeDoors(), new FakeLog().publish)
    for (const seq of [1, 2, 3])
      ledger.apply(cursorKey('main', 'live'), cursorValue({ seq, mark: { startedAtMs: seq } }))
    expect(ledger.mark('main', 'live')).toEqual({ startedAtMs: 3 })
    expect(ledger.seq).toBe(3)
  })

  it('writes nothing for pages without changes until a flush, and then their last marks', async () => {
    const log = new FakeLog()
    const { ledger, accepted, committed } = openLedger(fakeDoors(), log.publish)
    for (let n = 1; n <= 5; n++) await ledger.commit(reading([], { mark: { startedAtMs: n, cursor: n } }))
    ledger.note('main', 'recheck-1', { startedAtMs: 1, cursor: 'noted' })
    await turns()
    expect(log.transactions).toEqual([])
    expect(ledger.mark('main', 'live')).toMatchObject({ cursor: 5 })
    expect(accepted).toHaveLength(5)
    expect(committed).toEqual([])
    await ledger.flush()
    expect(log.transactions).toHaveLength(1)
    expect(cursorsOf(log.records)).toEqual({ 'main/live': 5, 'main/recheck-1': 'noted' })
    await ledger.flush()
    expect(log.transactions).toHaveLength(1)
  })

  it('publishes no cursor before the events of the pages behind it', async () => {
    const { log, publish, end } = heldLog()
    const { ledger } = openLedger(fakeDoors(), publish)
    await ledger.commit(reading([cdr('a', 1)], { mark: { startedAtMs: 1, cursor: 1 } }))
    await turns()
    // The first is under way. The second waits; the third has no change, and its rows wait with the second.
    await ledger.commit(reading([cdr('b', 1)], { mark: { startedAtMs: 1, cursor: 2 } }))
    await ledger.commit(reading([cdr('b', 1)], { mark: { startedAtMs: 1, cursor: 3 } }))
    await ledger.commit(reading([cdr('b', 1)], { feed: 'recheck-1', mark: { startedAtMs: 1, cursor: 'r' } }))
    await end()
    expect(cursorsOf(log.transactions[0] ?? [])).toEqual({ 'main/live': 1 })
    await end()
    expect(eventsOf(log.transactions[1] ?? []).map(({ id }) => id)).toEqual(['b'])
    expect(cursorsOf(log.transactions[1] ?? [])).toEqual({ 'main/live': 3, 'main/recheck-1': 'r' })
    await ledger.flush()
    expect(log.transactions).toHaveLength(2)
  })

  it('puts a large page into several transactions, with the cursor in the last', async () => {
    const log = new FakeLog()
    const { ledger } = openLedger(fakeDoors(), log.publish)
    const rows = Array.from({ length: 3_300 }, (_, n) => cdr(`r${n}`, 1))
    await ledger.commit(reading(rows, { mark: { startedAtMs: 1, cursor: 'end' } }))
    await ledger.settled()
    expect(log.transactions.map((records) => eventsOf(records).length)).toEqual([1_000, 1_000, 1_000, 300])
    expect(log.transactions.map(cursorsOf)).toEqual([{}, {}, {}, { 'main/live': 'end' }])
  })

  it('loses and repeats nothing when it dies between the parts of a page', async () => {
    const rows = Array.from({ length: 3_300 }, (_, n) => cdr(`r${n}`, 1))
    const page = () => reading(rows, { rejects: [reject('x'), reject('y')], mark: { startedAtMs: 1, cursor: 'end' } })
    const whole = new FakeLog()
    const first = openLedger(fakeDoors(), whole.publish)
    await first.ledger.commit(page())
    await first.ledger.settled()
    for (let kept = 0; kept <= whole.transactions.length; kept++) {
      const log = new FakeLog()
      log.transactions.push(...whole.transactions.slice(0, kept))
      const { ledger } = restored(fakeDoors(), log)
      expect(ledger.mark('main', 'live')?.cursor).toBe(kept === whole.transactions.length ? 'end' : undefined)
      await ledger.commit(page())
      await ledger.flush()
      expect(log.events).toEqual(whole.events)
      expect(log.of('dead-letter')).toHaveLength(2)
      expect(restored(fakeDoors(), log).ledger.mark('main', 'live')?.cursor).toBe('end')
    }
  })

  it('is spent by a failure, refuses everything, and publishes nothing more', async () => {
    const log = new FakeLog()
    let calls = 0
    const { ledger, committed } = openLedger(fakeDoors(), (records) =>
      ++calls === 2 ? Promise.reject(new Error('fenced')) : log.publish(records),
    )
    await ledger.commit(reading([cdr('a', 1)]))
    await ledger.settled()
    await ledger.commit(reading([cdr('b', 1)]))
    await expect(ledger.settled()).rejects.toBeInstanceOf(LedgerSpent)
    expect(ledger.spent.aborted).toBe(true)
    await expect(ledger.commit(reading([cdr('c', 1)]))).rejects.toBeInstanceOf(LedgerSpent)
    await expect(ledger.flush()).rejects.toBeInstanceOf(LedgerSpent)
    expect(() => ledger.note('main', 'live', { startedAtMs: 1 })).toThrow(LedgerSpent)
    await turns()
    expect(calls).toBe(2)
    expect(committed).toHaveLength(1)
  })

  it('stays usable after a page that cannot be encoded', async () => {
    const log = new FakeLog()
    const doors = fakeDoors(new HandClock(), 1, (change) => {
      if (change.kind === 'cdr' && change.fields.recordId === 'bad') throw new Error('our bug')
    })
    const { ledger } = openLedger(doors, log.publish)
    await expect(ledger.commit(reading([cdr('a', 1), cdr('bad', 1)]))).rejects.toThrow('our bug')
    await ledger.commit(reading([cdr('a', 1)]))
    await ledger.settled()
    expect(log.events.map(({ id, revision }) => [id, revision])).toEqual([['a', 1]])
  })

  it('hands over a page even where whoever listens throws', async () => {
    const log = new FakeLog()
    const open = openLedger(fakeDoors(), log.publish)
    open.accepted.push = () => {
      throw new Error('a metric failed')
    }
    await open.ledger.commit(reading([cdr('a', 1)])).catch(() => {})
    await open.ledger.commit(reading([cdr('a', 1)])).catch(() => {})
    await open.ledger.settled().catch(() => {})
    expect(log.events).toHaveLength(1)
  })

  it('forgets on a flush, in transactions that a send can hold', async () => {
    const log = new FakeLog()
    const doors = fakeDoors()
    const { ledger } = openLedger(doors, log.publish, [sourceNamed('main', { rememberForMs: dayMs })])
    for (let n = 0; n < 2_600; n++) await ledger.commit(reading([cdr(`r${n}`, 1)]))
    await ledger.settled()
    const before = log.transactions.length
    doors.clock.nowMs += 2 * dayMs
    await ledger.flush()
    const written = log.transactions.slice(before)
    for (const records of written) expect(records.length).toBeLessThanOrEqual(mostRecordsPerPartition + 1)
    const tombstones = written
      .flat()
      .filter(({ value }) => value === null)
      .map(({ key }) => String(key))
    expect(new Set(tombstones)).toEqual(
      new Set(
        log
          .of('checkpoints')
          .map(({ key }) => String(key))
          .filter((key) => key.startsWith('seen|')),
      ),
    )
    expect(ledger.source('main').rows).toBe(0)
  })

  it('never puts a mark that had to wait for a later transaction over a newer one', async () => {
    const feeds = Array.from({ length: 700 }, (_, n) => `feed-${n}`)
    for (const isQuiet of [false, true]) {
      const { log, publish, end, pending } = heldLog()
      const { ledger } = openLedger(fakeDoors(), publish)
      for (const feed of feeds) ledger.note('main', feed, { startedAtMs: 1, cursor: 'old' })
      await ledger.commit(reading([cdr('a', 1)], { feed: 'live' }))
      await turns()
      // The first transaction is under way with some of the notes; a feed whose note still waits moves on.
      const last = feeds.at(-1) ?? ''
      const mark = { startedAtMs: 1, cursor: 'new' }
      await ledger.commit(reading(isQuiet ? [] : [cdr('b', 1)], { feed: last, mark }))
      const flushed = ledger.flush()
      for (await turns(); pending.length > 0; await turns()) await end()
      await flushed
      const { ledger: next } = restored(fakeDoors(), log)
      expect(feeds.filter((feed) => next.mark('main', feed)?.cursor !== 'old')).toEqual([last])
      expect(next.mark('main', last)?.cursor).toBe('new')
    }
  })

  it('writes cursors within what a send can hold, however many feeds have moved', async () => {
    const log = new FakeLog()
    const sources = Array.from({ length: 1_000 }, (_, n) => sourceNamed(`source-${n}`))
    const { ledger } = openLedger(fakeDoors(), log.publish, sources)
    const mark = {
      startedAtMs: noonMs,
      succeededAtMs: noonMs,
      readThroughMs: noonMs,
      cursor: { fromMs: noonMs, after: 'e5b4e9a8-53cf-4f43-9a44-0a7a5cf5b0ff', afterDateStopMs: noonMs },
    }
    for (const { origin } of sources) {
      for (const feed of ['live', 'recheck-1', 'recheck-2', 'recheck-3']) ledger.note(origin.source, feed, mark)
    }
    await ledger.flush()
    expect(log.of('checkpoints')).toHaveLength(4_000)
    for (const records of log.transactions) {
      expect(records.reduce((bytes, record) => bytes + sizeOf(record), 0)).toBeLessThanOrEqual(mostBytesPerPartition)
    }
  })
})
