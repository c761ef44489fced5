import { createHash } from 'node:crypto'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { LedgerSource } from '../../src/ledger/doors.ts'
import { eventId } from '../../src/ledger/event-id.ts'
import { contentHash } from '../../src/ledger/fingerprint.ts'
import { mostBytesPerPartition, mostRecordsPerPartition, sizeOf } from '../../src/ledger/load.ts'
import type { Parcel } from '../../src/ledger/parcel.ts'
import { SourceLedger } from '../../src/ledger/source-ledger.ts'
import { StaleReading } from '../../src/ledger/stale-reading.ts'
import type { JsonValue } from '../../src/model/json.ts'
import { type Row, Unreadable } from '../../src/model/row.ts'
import {
  cdr,
  dayMs,
  eventsOf,
  FakeLog,
  fakeDoors,
  HandClock,
  hourMs,
  noonMs,
  reading,
  reject,
  restored,
  sourceNamed,
} from './fakes.ts'

function open(more: Partial<LedgerSource> = {}, doors = fakeDoors()) {
  return { ledger: new SourceLedger(sourceNamed('main', more), doors), doors }
}

/** `[id, revision]` of each event in the parcels. */
function published(parcels: readonly Parcel[]): (string | number)[][] {
  return eventsOf(parcels.flatMap(({ records }) => records)).map(({ id, revision }) => [id, revision])
}

function outcomeOf(parcels: readonly Parcel[]) {
  return parcels.at(-1)?.outcome
}

describe('what is new or changed', () => {
  it('is CREATED once, then nothing while the row stays as it is', () => {
    const { ledger, doors } = open()
    const first = ledger.take(reading([cdr('a', 1), cdr('b', 1)]))
    expect(outcomeOf(first)).toMatchObject({ read: 2, created: 2, unchanged: 0 })
    const hash = contentHash({ id: 'a', content: 1 }, [])
    expect(doors.changes[0]).toMatchObject({
      kind: 'cdr',
      head: {
        eventId: eventId('fake', 'acc', 'a', 'cdr', 1, hash),
        eventType: 'CREATED',
        revision: 1,
        contentHash: hash,
        provider: 'fake',
        source: 'main',
        account: 'acc',
        ingestedAt: noonMs,
      },
    })
    const again = ledger.take(reading([cdr('a', 1), cdr('b', 1)]))
    expect(published(again)).toEqual([])
    expect(outcomeOf(again)).toMatchObject({ read: 2, created: 0, unchanged: 2 })
  })

  it('gives A, B, A the revisions 1, 2, 3 and three event ids', () => {
    const { ledger, doors } = open()
    const events = ['A', 'B', 'A'].flatMap((content) => published(ledger.take(reading([cdr('a', content)]))))
    expect(events).toEqual([
      ['a', 1],
      ['a', 2],
      ['a', 3],
    ])
    const heads = doors.changes.map((change) => (change.kind === 'cdr' ? change.head : undefined))
    expect(heads.map((head) => head?.eventType)).toEqual(['CREATED', 'UPDATED', 'UPDATED'])
    expect(heads[0]?.contentHash).toBe(heads[2]?.contentHash)
    expect(new Set(heads.map((head) => head?.eventId)).size).toBe(3)
  })

  it('follows a row that an answer holds in several versions', () => {
    const { ledger } = open()
    expect(published(ledger.take(reading([cdr('a', 'A'), cdr('a', 'B'), cdr('a', 'B'), cdr('a', 'A')])))).toEqual([
      ['a', 1],
      ['a', 2],
      ['a', 3],
    ])
  })

  it('asks only changed rows for their fields', () => {
    const { ledger } = open()
    let normalized = 0
    const row = cdr('a', 1)
    const counting = {
      ...row,
      normalize: () => {
        normalized++
        return row.normalize()
      },
    }
    for (let times = 0; times < 3; times++) ledger.take(reading([counting]))
    expect(normalized).toBe(1)
  })

  it('leaves volatile fields out of the comparison', () => {
    const { ledger } = open({ volatile: ['readAt'] })
    const row = (readAt: number, value: number) => cdr('a', 0, { content: { readAt, value } })
    expect(published(ledger.take(reading([row(1, 1)])))).toHaveLength(1)
    expect(published(ledger.take(reading([row(2, 1)])))).toEqual([])
    expect(published(ledger.take(reading([row(2, 2)])))).toEqual([['a', 2]])
  })

  it('is nothing when a page is read twice (diff of diff is empty), and every row ends at its last version', () => {
    const rows = fc.array(fc.tuple(fc.constantFrom('a', 'b', 'c', 'd', 'é|f'), fc.nat(2)), { maxLength: 30 })
    fc.assert(
      fc.property(fc.array(rows, { maxLength: 8 }), (pages) => {
        const { ledger } = open()
        const model = new Map<string, { content: number; revision: number }>()
        for (const page of pages) {
          const expected: (string | number)[][] = []
          for (const [id, content] of page) {
            const known = model.get(id)
            if (known?.content === content) continue
            model.set(id, { content, revision: (known?.revision ?? 0) + 1 })
            expected.push([id, (known?.revision ?? 0) + 1])
          }
          // Flapping has its own tests.
          fc.pre([...model.values()].every(({ revision }) => revision < 20))
          const parcels = ledger.take(reading(page.map(([id, content]) => cdr(id, content))))
          expect(published(parcels)).toEqual(expected)
          expect(outcomeOf(parcels)?.read).toBe(page.length)
          const last = [...new Map(page).entries()].map(([id, content]) => cdr(id, content))
          const again = ledger.take(reading(last))
          expect(again.flatMap(({ records }) => records)).toEqual([])
        }
        for (const [id, { content, revision }] of model) {
          const contentPrefix = contentHash({ id, content }, []).slice(0, 16)
          expect(ledger.remembered('cdr', id)).toEqual({ revision, contentPrefix, hour: noonMs / hourMs })
        }
        expect(ledger.rows).toBe(model.size)
      }),
    )
  })

  it('says that a call is late when it ended before what live had read through', () => {
    const { ledger, doors } = open()
    const ending = (id: string, endTime: number | null) => cdr(id, 0, { fields: { endTime } })
    ledger.take(reading([ending('first', 5)], { mark: { startedAtMs: 1, readThroughMs: 1_000 } }))
    const parcels = ledger.take(
      reading([ending('late', 999), ending('on time', 1_000), ending('unknown', null)], { feed: 'recheck-1' }),
    )
    expect(doors.changes.map((change) => change.kind === 'cdr' && change.isLate)).toEqual([false, true, false, false])
    expect(outcomeOf(parcels)).toMatchObject({ late: 1, endTimesMs: [999, 1_000] })
  })
})

describe('rows that cannot be read', () => {
  const unreadable = (rawText = '{"id":"a","stop":"?"}') =>
    cdr('a', rawText, {
      normalize: () => {
        throw new Unreadable('bad-time', 'stop is no time')
      },
      rawText: () => rawText,
    })

  it('are dead-lettered once however often they are read, also after a restore', async () => {
    const log = new FakeLog()
    const doors = fakeDoors()
    const page = () =>
      reading([unreadable()], { rejects: [reject('no id'), reject('ünlesbar', 'bad-value'), reject('no id')] })
    for (let restarts = 0; restarts < 3; restarts++) {
      const { ledger } = restored(doors, log)
      for (let times = 0; times < 3; times++) await ledger.commit(page())
      await ledger.settled()
    }
    expect(log.of('dead-letter').map(({ value }) => String(value))).toEqual([
      '{"id":"a","stop":"?"}',
      'no id',
      'ünlesbar',
    ])
  })

  it('say why, and stop neither the page nor the cursor', () => {
    const { ledger, doors } = open()
    const parcels = ledger.take(
      reading([cdr('b', 1), unreadable(), cdr('c', 1)], { rejects: [reject('x', 'not-an-object')] }),
    )
    expect(published(parcels)).toEqual([
      ['b', 1],
      ['c', 1],
    ])
    expect(outcomeOf(parcels)).toMatchObject({ created: 2, rejects: ['bad-time', 'not-an-object'] })
    expect(doors.changes.find((change) => change.kind === 'reject')).toMatchObject({
      feed: 'live',
      ingestedAt: noonMs,
      origin: { provider: 'fake', source: 'main', account: 'acc' },
      reject: { reason: 'bad-time', detail: 'stop is no time' },
    })
    expect(parcels.at(-1)?.mark).toBeDefined()
  })

  it('become events once they can be read, with a first revision where none was published', () => {
    const { ledger } = open()
    ledger.take(reading([unreadable()]))
    expect(published(ledger.take(reading([cdr('a', 'mended')])))).toEqual([['a', 1]])
    ledger.take(reading([unreadable('{"worse":1}')]))
    expect(published(ledger.take(reading([cdr('a', 'mended')])))).toEqual([])
    expect(published(ledger.take(reading([cdr('a', 'again')])))).toEqual([['a', 2]])
  })

  it('are dead letters where the event is too large for a batch', () => {
    const { ledger, doors } = open()
    const large = cdr('large', 1, { fields: { extra: { pad: '900000' } } })
    const parcels = ledger.take(reading([cdr('b', 1), large]))
    expect(outcomeOf(parcels)).toMatchObject({ created: 1, rejects: ['too-large'] })
    expect(published(parcels)).toEqual([['b', 1]])
    expect(doors.changes.at(-1)).toMatchObject({ kind: 'reject', reject: { reason: 'too-large' } })
    expect(outcomeOf(ledger.take(reading([large])))).toMatchObject({ rejects: [], unchanged: 1 })
  })

  it('are dead letters where the event is too large because of its key', () => {
    const { ledger } = open()
    const callId = 'k'.repeat(300_000)
    const parcels = ledger.take(reading([cdr('a', 1, { fields: { callId, extra: { pad: '870000' } } })]))
    for (const record of parcels.flatMap(({ records }) => records))
      expect(sizeOf(record)).toBeLessThanOrEqual(mostBytesPerPartition)
  })

  it('are dead-lettered once where only a volatile field of them changes', () => {
    const { ledger } = open({ volatile: ['readAt'] })
    const row = (readAt: number) => ({
      ...unreadable(JSON.stringify({ readAt, stop: '?' })),
      content: { readAt, stop: '?' },
    })
    const rejects = [1, 2, 3].map((readAt) => outcomeOf(ledger.take(reading([row(readAt)])))?.rejects.length)
    expect(rejects).toEqual([1, 0, 0])
  })

  it('do not stop the page where a record is nested deeper than the stack is', () => {
    const { ledger } = open()
    const text = `${'['.repeat(100_000)}${']'.repeat(100_000)}`
    const deep = cdr('deep', 0, { content: JSON.parse(text) as JsonValue, rawText: () => text })
    expect(published(ledger.take(reading([cdr('a', 1), deep, cdr('b', 1)])))).toEqual([
      ['a', 1],
      ['b', 1],
    ])
  })

  it('count as read, as rows do', () => {
    const { ledger } = open()
    const page = () => reading([cdr('a', 1), unreadable()], { rejects: [reject('x')] })
    for (const outcome of [outcomeOf(ledger.take(page())), outcomeOf(ledger.take(page()))]) {
      if (outcome === undefined) throw new Error('no outcome')
      const { read, unchanged, created, updated, held, rejects } = outcome
      expect(read).toBe(unchanged + created + updated + held + rejects.length)
    }
  })
})

describe('a page that fails', () => {
  it('leaves the ledger as it was, and usable', () => {
    let broken = true
    const doors = fakeDoors(new HandClock(), 1, (change) => {
      if (broken && change.kind === 'cdr' && change.fields.recordId === 'bad')
        throw new Error('does not fit its schema')
    })
    const { ledger } = open({}, doors)
    ledger.take(reading([cdr('known', 1)], { mark: { startedAtMs: 1 } }))
    const before = ledger.remembered('cdr', 'known')
    const rows = Array.from({ length: 300 }, (_, n) => cdr(`new-${n}`, 1))
    const page = () =>
      reading([cdr('known', 2), ...rows, cdr('bad', 1)], { rejects: [reject('x')], mark: { startedAtMs: 2 } })
    expect(() => ledger.take(page())).toThrow('does not fit its schema')
    expect(ledger.rows).toBe(1)
    expect(ledger.remembered('cdr', 'known')).toEqual(before)
    expect(ledger.remembered('cdr', 'new-0')).toBeUndefined()
    expect(ledger.mark('live')).toEqual({ startedAtMs: 1 })
    broken = false
    const parcels = ledger.take(page())
    expect(outcomeOf(parcels)).toMatchObject({ created: 301, updated: 1, rejects: ['no-id'] })
    expect(
      parcels
        .flatMap(({ records }) => records)
        .filter(({ topic }) => topic === 'checkpoints')
        .map(({ key }) => key),
    ).toEqual([`seen|main|${noonMs / hourMs}|1`])
  })
})

describe('StaleReading', () => {
  /** Asks now; the answer comes when the second function is called with what it says. */
  function ask(ledger: SourceLedger, feed = 'live') {
    const askedTick = ledger.tick()
    return (...rows: Row[]) =>
      reading(rows, { feed, askedTick, answeredTick: ledger.tick(), mark: { startedAtMs: 1, cursor: feed } })
  }

  it('is thrown where a page was asked for before a newer version became known', () => {
    const { ledger } = open()
    ledger.take(ask(ledger)(cdr('a', 'old')))
    const slow = ask(ledger, 'recheck-1')
    ledger.take(ask(ledger)(cdr('a', 'new')))
    expect(() => ledger.take(slow(cdr('b', 1), cdr('a', 'old')))).toThrow(StaleReading)
    expect(ledger.remembered('cdr', 'b')).toBeUndefined()
    expect(ledger.mark('recheck-1')).toBeUndefined()
    const again = ledger.take(ask(ledger, 'recheck-1')(cdr('b', 1), cdr('a', 'new')))
    expect(published(again)).toEqual([['b', 1]])
    expect(ledger.mark('recheck-1')).toBeDefined()
  })

  it('is not thrown for a page that was asked for after the newer version was known, nor for equal rows', () => {
    const { ledger } = open()
    const slow = ask(ledger, 'recheck-1')
    ledger.take(ask(ledger)(cdr('a', 'A')))
    expect(published(ledger.take(slow(cdr('a', 'A'))))).toEqual([])
    expect(published(ledger.take(ask(ledger)(cdr('a', 'B'))))).toEqual([['a', 2]])
    expect(published(ledger.take(ask(ledger, 'recheck-1')(cdr('a', 'C'))))).toEqual([['a', 3]])
  })

  it('is not thrown where the row was known before the slow page was asked for', () => {
    const { ledger } = open()
    ledger.take(ask(ledger)(cdr('a', 'A')))
    const slow = ask(ledger, 'recheck-1')
    ledger.take(ask(ledger)(cdr('a', 'A'), cdr('other', 1)))
    expect(published(ledger.take(slow(cdr('a', 'B'))))).toEqual([['a', 2]])
  })

  it('is not thrown for the pages of one answer', () => {
    const { ledger } = open()
    const askedTick = ledger.tick()
    const answeredTick = ledger.tick()
    expect(published(ledger.take(reading([cdr('a', 'A')], { askedTick, answeredTick })))).toEqual([['a', 1]])
    expect(published(ledger.take(reading([cdr('a', 'B')], { askedTick, answeredTick })))).toEqual([['a', 2]])
  })

  it('is not thrown because of what was restored', async () => {
    const log = new FakeLog()
    const first = restored(fakeDoors(), log)
    await first.ledger.commit(reading([cdr('a', 'A')], { askedTick: 5_000, answeredTick: 6_000 }))
    await first.ledger.settled()
    const { ledger } = restored(fakeDoors(), log)
    await ledger.commit(reading([cdr('a', 'B')], { askedTick: 1, answeredTick: 2 }))
    await ledger.settled()
    expect(log.events.map(({ revision }) => revision)).toEqual([1, 2])
  })

  it('goes by ticks that never repeat', () => {
    const { ledger } = open()
    const ticks = Array.from({ length: 1_000 }, () => ledger.tick())
    expect(ticks.every((tick, at) => tick > (ticks[at - 1] ?? 0))).toBe(true)
  })
})

describe('a row that keeps changing', () => {
  it('is published 21 times in a day, then once an hour, and reported once', () => {
    const { ledger, doors } = open()
    const times: number[] = []
    let held = 0
    for (let minute = 0; minute < 23 * 60; minute++) {
      doors.clock.nowMs = noonMs + minute * 60_000
      const parcels = ledger.take(reading([cdr('a', minute), cdr('steady', 1)]))
      if (published(parcels).some(([id]) => id === 'a')) times.push(minute)
      held += outcomeOf(parcels)?.held ?? 0
    }
    expect(times.slice(0, 21)).toEqual(Array.from({ length: 21 }, (_, n) => n))
    expect(times.slice(21, 24)).toEqual([80, 140, 200])
    expect(times.length + held).toBe(23 * 60)
    expect(doors.reported).toEqual(['main/a'])
    expect(ledger.remembered('cdr', 'a')?.revision).toBe(times.length)
  })

  it('is still known for it after a restore', async () => {
    const log = new FakeLog()
    const doors = fakeDoors()
    const first = restored(doors, log)
    for (let n = 0; n < 40; n++) await first.ledger.commit(reading([cdr('a', n)]))
    await first.ledger.settled()
    expect(log.events).toHaveLength(21)
    const { ledger } = restored(doors, log)
    for (let n = 100; n < 140; n++) await ledger.commit(reading([cdr('a', n)]))
    await ledger.settled()
    expect(log.events).toHaveLength(21)
    expect(doors.reported).toHaveLength(1)
  })

  it('waits out its hour also over a restart', async () => {
    const log = new FakeLog()
    const doors = fakeDoors()
    doors.clock.nowMs = noonMs + 50 * 60_000
    const first = restored(doors, log)
    for (let n = 0; n < 40; n++) await first.ledger.commit(reading([cdr('a', n)]))
    await first.ledger.settled()
    doors.clock.nowMs = noonMs + 61 * 60_000
    const { ledger } = restored(doors, log)
    await ledger.commit(reading([cdr('a', 100)]))
    await ledger.settled()
    expect(log.events).toHaveLength(21)
  })
})

describe('parcels', () => {
  /** What a transaction made of one parcel writes to each place. */
  function places({ records }: Parcel): { records: number; bytes: number }[] {
    const at = new Map<string, { records: number; bytes: number }>()
    for (const record of records) {
      const place = `${record.topic}/${record.partition}`
      const before = at.get(place) ?? { records: 0, bytes: 0 }
      at.set(place, { records: before.records + 1, bytes: before.bytes + sizeOf(record) })
    }
    return [...at.values()]
  }

  /** How many rows the seen records of a parcel hold. */
  function rowsRemembered({ records }: Parcel): number {
    return records
      .filter(({ topic }) => topic === 'checkpoints')
      .reduce((rows, { value }) => rows + ((value?.length ?? 1) - 1) / 28, 0)
  }

  it('are never more than a thousand records or 900 kB of a partition, hold their rows, and the last the cursor', () => {
    const page = fc.record({
      rows: fc.integer({ min: 1, max: 3_500 }),
      partitions: fc.constantFrom(1, 2, 6),
      pad: fc.constantFrom(0, 200, 5_000),
      rejects: fc.nat(1_200),
    })
    fc.assert(
      fc.property(page, ({ rows, partitions, pad, rejects }) => {
        const { ledger } = open({}, fakeDoors(new HandClock(), partitions))
        const taken = reading(
          Array.from({ length: rows }, (_, n) =>
            cdr(`r${n}`, 1, { fields: { extra: { pad: String(pad + (n % 7)) } } }),
          ),
          { rejects: Array.from({ length: rejects }, (_, n) => reject(`reject ${n}`)) },
        )
        const parcels = ledger.take(taken)
        for (const [at, parcel] of parcels.entries()) {
          for (const place of places(parcel)) {
            expect(place.records).toBeLessThanOrEqual(mostRecordsPerPartition)
            expect(place.bytes).toBeLessThanOrEqual(mostBytesPerPartition)
          }
          expect(rowsRemembered(parcel)).toBe(parcel.records.filter(({ topic }) => topic !== 'checkpoints').length)
          expect(parcel.mark).toEqual(
            at === parcels.length - 1 ? { source: 'main', feed: 'live', mark: taken.mark } : undefined,
          )
          expect(parcel.outcome === undefined).toBe(at < parcels.length - 1)
        }
        expect(published(parcels).map(([id]) => id)).toEqual(taken.page.rows.map(({ id }) => id))
      }),
      { numRuns: 25 },
    )
  })

  it('number the seen records of an hour one after the other', () => {
    const { ledger, doors } = open()
    const keys = () =>
      ledger
        .take(reading(Array.from({ length: 1_500 }, (_, n) => cdr(`${doors.changes.length}-${n}`, 1))))
        .flatMap(({ records }) => records)
        .filter(({ topic }) => topic === 'checkpoints')
        .map(({ key }) => key)
    const hour = noonMs / hourMs
    expect(keys()).toEqual([`seen|main|${hour}|0`, `seen|main|${hour}|1`])
    expect(keys()).toEqual([`seen|main|${hour}|2`, `seen|main|${hour}|3`])
    doors.clock.nowMs += hourMs
    expect(keys()).toEqual([`seen|main|${hour + 1}|0`, `seen|main|${hour + 1}|1`])
  })

  it('keep within the bounds where a large page is only kept awake', () => {
    const { ledger, doors } = open()
    const rows = Array.from({ length: 40_000 }, (_, n) => cdr(`r${n}`, 1))
    for (let from = 0; from < rows.length; from += 1_000) ledger.take(reading(rows.slice(from, from + 1_000)))
    doors.clock.nowMs += 4 * dayMs
    for (const parcel of ledger.take(reading(rows))) {
      for (const place of places(parcel)) expect(place.bytes).toBeLessThanOrEqual(mostBytesPerPartition)
    }
  })
})

describe('forgetting', () => {
  const fewDays: Partial<LedgerSource> = { rememberForMs: 2 * dayMs }

  function forgetAll(ledger: SourceLedger): string[] {
    const keys: string[] = []
    for (let due = ledger.forget(); due.length > 0; due = ledger.forget()) {
      for (const { key, value } of due) {
        expect(value).toBeNull()
        keys.push(String(key))
      }
    }
    return keys
  }

  const page = (id: string, rows: number): Row[] => Array.from({ length: rows }, (_, n) => cdr(`${id}-${n}`, 1))

  it('waits for the time to pass where the wall clock leaps ahead, and publishes nothing again', () => {
    const doors = fakeDoors()
    const { ledger } = open(fewDays, doors)
    ledger.take(reading(page('a', 3)))
    doors.clock.nowMs += 10 * dayMs
    doors.clock.monotonicMs -= 10 * dayMs
    expect(forgetAll(ledger)).toEqual([])
    doors.clock.nowMs -= 10 * dayMs
    doors.clock.monotonicMs += 10 * dayMs
    expect(published(ledger.take(reading(page('a', 3))))).toEqual([])
    doors.clock.nowMs += 10 * dayMs
    expect(forgetAll(ledger)).toHaveLength(1)
  })

  it('writes tombstones for exactly the hours that are due, and drops their rows', () => {
    const { ledger, doors } = open(fewDays)
    const hour = noonMs / hourMs
    ledger.take(reading(page('a', 10)))
    ledger.take(reading(page('b', 10)))
    doors.clock.nowMs += hourMs
    ledger.take(reading(page('c', 10)))
    expect(forgetAll(ledger)).toEqual([])
    doors.clock.nowMs = noonMs + 2 * dayMs
    expect(forgetAll(ledger)).toEqual([])
    expect(ledger.rows).toBe(30)
    doors.clock.nowMs = noonMs + 2 * dayMs + hourMs
    expect(forgetAll(ledger).sort()).toEqual([`seen|main|${hour}|0`, `seen|main|${hour}|1`])
    expect(ledger.rows).toBe(10)
    expect(ledger.remembered('cdr', 'a-0')).toBeUndefined()
    expect(ledger.remembered('cdr', 'c-0')).toBeDefined()
    expect(forgetAll(ledger)).toEqual([])
    doors.clock.nowMs += hourMs
    expect(forgetAll(ledger)).toEqual([`seen|main|${hour + 1}|0`])
    expect(ledger.rows).toBe(0)
  })

  it('gives at most a few hundred tombstones at a time, the newest first', () => {
    const { ledger, doors } = open(fewDays)
    for (let n = 0; n < 1_200; n++) ledger.take(reading(page(`p${n}`, 1)))
    doors.clock.nowMs += 3 * dayMs
    const first = ledger.forget()
    expect(first.length).toBeLessThanOrEqual(500)
    expect(first.map(({ key }) => key)).toContain(`seen|main|${noonMs / hourMs}|1199`)
    expect(new Set([...first.map(({ key }) => String(key)), ...forgetAll(ledger)]).size).toBe(1_200)
    expect(ledger.rows).toBe(0)
  })

  it('keeps a row awake that is still being read', () => {
    const { ledger, doors } = open(fewDays)
    ledger.take(reading([cdr('read', 1), cdr('gone', 1)], { rejects: [reject('x')] }))
    const tombstones: string[] = []
    for (let hours = 1; hours <= 24 * 10; hours++) {
      doors.clock.nowMs = noonMs + hours * hourMs
      const parcels = ledger.take(reading([cdr('read', 1)], { rejects: [reject('x')] }))
      expect(published(parcels)).toEqual([])
      expect(outcomeOf(parcels)?.rejects).toEqual([])
      tombstones.push(...forgetAll(ledger))
    }
    expect(ledger.remembered('cdr', 'gone')).toBeUndefined()
    expect(ledger.remembered('cdr', 'read')?.revision).toBe(1)
    expect(new Set(tombstones).size).toBe(tombstones.length)
    expect(tombstones).toHaveLength(8)
  })

  it('publishes a forgotten row again under the event id that it had', () => {
    const { ledger, doors } = open(fewDays)
    ledger.take(reading([cdr('a', 1)]))
    doors.clock.nowMs += 3 * dayMs
    forgetAll(ledger)
    ledger.take(reading([cdr('a', 1)]))
    const [first, second] = doors.changes.map((change) => (change.kind === 'cdr' ? change.head.eventId : ''))
    expect(second).toBe(first)
  })

  it('is quick also after a long pause, when hundreds of hours are due at once', () => {
    const { ledger, doors } = open(fewDays)
    const hash = (n: number) => createHash('md5').update(String(n)).digest('hex')
    for (let hour = 0; hour < 100; hour++) {
      doors.clock.nowMs = noonMs + hour * hourMs
      const rows = 2_000
      ledger.take(reading(Array.from({ length: rows }, (_, n) => cdr(hash(hour * rows + n), 1))))
    }
    doors.clock.nowMs += 10 * dayMs
    // Work is counted in arrays made, not in time: each is a copy of the whole memory.
    const NativeArray = globalThis.Uint32Array
    let words = 0
    globalThis.Uint32Array = new Proxy(NativeArray, {
      construct: (target, parts: [number], newTarget: typeof NativeArray) => {
        if (typeof parts[0] === 'number') words += parts[0]
        return Reflect.construct(target, parts, newTarget) as object
      },
    })
    const before = ledger.bytes
    try {
      expect(forgetAll(ledger)).toHaveLength(200)
    } finally {
      globalThis.Uint32Array = NativeArray
    }
    expect(ledger.rows).toBe(0)
    expect(words * 4).toBeLessThanOrEqual(3 * before)
  })

  it('is done again by a restored ledger, which knows nothing of what was forgotten', async () => {
    const log = new FakeLog()
    const doors = fakeDoors()
    const sources = [sourceNamed('main', fewDays)]
    const first = restored(doors, log, sources)
    await first.ledger.commit(reading([cdr('old', 1), cdr('kept', 1)]))
    doors.clock.nowMs += dayMs
    await first.ledger.commit(reading([cdr('kept', 1), cdr('new', 1)]))
    doors.clock.nowMs += dayMs + hourMs
    await first.ledger.flush()
    expect(log.of('checkpoints').filter(({ value }) => value === null)).toHaveLength(1)
    const { ledger } = restored(doors, log, sources)
    await ledger.flush()
    expect(ledger.source('main').rows).toBe(2)
    expect(ledger.source('main').remembered('cdr', 'old')).toBeUndefined()
    expect(ledger.source('main').remembered('cdr', 'kept')).toEqual(
      first.ledger.source('main').remembered('cdr', 'kept'),
    )
  })
})
