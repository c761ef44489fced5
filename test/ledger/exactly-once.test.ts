import { describe, expect, it } from 'vitest'
import { LedgerSpent } from '../../src/ledger/committer.ts'
import { contentHash } from '../../src/ledger/fingerprint.ts'
import type { Ledger } from '../../src/ledger/ledger.ts'
import { mostBytesPerPartition, mostRecordsPerPartition, sizeOf } from '../../src/ledger/load.ts'
import { StaleReading } from '../../src/ledger/stale-reading.ts'
import type { Reading } from '../../src/model/feed-mark.ts'
import type { TopicRecord } from '../../src/model/topic-record.ts'
import {
  cdr,
  dayMs,
  eventsOf,
  FakeLog,
  fakeDoors,
  HandClock,
  hourMs,
  noonMs,
  openLedger,
  randomOf,
  reject,
  sourceNamed,
} from './fakes.ts'

const seeds = Number(process.env['SEEDS'] ?? 500)

/** Chance, and waiting for a few turns of the event loop without a timer. */
class Chance {
  readonly random: () => number

  constructor(seed: number) {
    this.random = randomOf(seed)
  }

  upTo(n: number): number {
    return Math.floor(this.random() * n)
  }

  is(probability: number): boolean {
    return this.random() < probability
  }

  async pause(most: number): Promise<void> {
    for (let turn = this.upTo(most); turn > 0; turn--) await Promise.resolve()
  }
}

/** One page as a provider would show it. */
interface ScriptedPage {
  readonly rows: readonly { readonly id: string; readonly version: number }[]
  readonly rejects: readonly string[]
}

interface ScriptedFeed {
  readonly source: string
  readonly name: string
  readonly pages: readonly ScriptedPage[]
}

/** What has to be published: of each row its versions in order, and every reject. */
interface Truth {
  readonly versions: Map<string, number[]>
  readonly rejects: Set<string>
}

/** Each feed has rows of its own that change from page to page, and rows that it shares with its source's other feeds. */
function script(chance: Chance): { feeds: ScriptedFeed[]; truth: Truth } {
  const truth: Truth = { versions: new Map(), rejects: new Set() }
  const feeds: ScriptedFeed[] = []
  const sources = 1 + chance.upTo(2)
  const quiet = chance.random()
  for (let source = 0; source < sources; source++) {
    for (let feed = 0; feed < 2 + chance.upTo(2); feed++) {
      const pages: ScriptedPage[] = []
      for (let count = 2 + chance.upTo(14); count > 0; count--)
        pages.push(scriptedPage(chance, truth, `s${source}`, feed, quiet))
      feeds.push({ source: `s${source}`, name: feed === 0 ? 'live' : `recheck-${feed}`, pages })
    }
  }
  return { feeds, truth }
}

function scriptedPage(chance: Chance, truth: Truth, source: string, feed: number, quiet: number): ScriptedPage {
  const rows: { id: string; version: number }[] = []
  const rejects: string[] = []
  const see = (id: string, version: number) => {
    rows.push({ id, version })
    const versions = truth.versions.get(`${source}/${id}`) ?? []
    if (versions.at(-1) !== version) versions.push(version)
    truth.versions.set(`${source}/${id}`, versions)
  }
  const changes = !chance.is(quiet)
  const size = chance.is(0.008) ? 900 + chance.upTo(1_600) : chance.upTo(8)
  const range = size > 100 ? 4_000 : 12
  for (let row = 0; row < size; row++) {
    if (chance.is(0.3)) {
      if (changes || truth.versions.has(`${source}/shared-${row}`)) see(`shared-${row}`, 0)
      continue
    }
    const id = `f${feed}-${chance.upTo(range)}`
    const known = truth.versions.get(`${source}/${id}`)
    if (!changes && known === undefined) continue
    // Three versions, so that A, B, A is frequent; not so often that a row counts as flapping.
    const mayChange = changes && (known?.length ?? 0) < 15
    see(id, mayChange ? chance.upTo(3) : (known?.at(-1) ?? 0))
  }
  if (changes && chance.is(0.2)) {
    const text = `${source} reject ${chance.upTo(5)}`
    rejects.push(text)
    truth.rejects.add(text)
  }
  return { rows, rejects }
}

/** One life of a process: a ledger restored from the log, all feeds at once, until they are done or something breaks. */
class Life {
  alive = true
  /** Encoding fails after so many changes. */
  changesUntilFault = -1
  readonly ledger: Ledger
  readonly #chance: Chance
  readonly #log: FakeLog
  readonly #faults: number

  constructor(
    chance: Chance,
    log: FakeLog,
    clock: HandClock,
    sources: readonly string[],
    faults: number,
    isCompacted: boolean,
  ) {
    this.#chance = chance
    this.#log = log
    this.#faults = faults
    const doors = fakeDoors(clock, 3, () => {
      if (this.changesUntilFault-- === 0) throw new Error('encoding failed')
    })
    const configured = sources.map((source) => sourceNamed(source, { rememberForMs: 4 * dayMs }))
    this.ledger = openLedger(doors, (records) => this.#publish(records), configured).ledger
    const records = log.of('checkpoints')
    const last = new Map(records.map(({ key }, at) => [String(key), at]))
    for (const [at, { key, value }] of records.entries()) {
      // A compacted log may have lost any record that a later one of its key replaces.
      if (isCompacted && last.get(String(key)) !== at && chance.is(0.5)) continue
      this.ledger.apply(String(key), value)
    }
  }

  async #publish(records: readonly TopicRecord[]): Promise<void> {
    assertSendable(records)
    const chance = this.#chance
    await chance.pause(chance.is(0.2) ? 60 : 8)
    if (!this.alive) return new Promise(() => {})
    const fate = chance.random() / Math.max(this.#faults, 1e-9)
    if (fate < 0.04) throw new Error('not committed')
    if (fate < 0.06) this.alive = false
    if (fate < 0.06 && chance.is(0.5)) return new Promise(() => {})
    this.#log.transactions.push(records)
    if (fate < 0.06) return new Promise(() => {})
    if (fate < 0.08) throw new Error('outcome unknown')
    await chance.pause(4)
  }

  async commit(reading: Reading): Promise<void> {
    this.changesUntilFault = this.#chance.is(this.#faults * 0.02) ? this.#chance.upTo(reading.page.rows.length + 1) : -1
    await this.ledger.commit(reading)
  }

  /** Runs `feeds` at once; says whether all of them came to their end and were flushed. */
  async run(feeds: readonly (() => Promise<void>)[]): Promise<boolean> {
    const work = feeds.map((feed) => feed().then(() => true, isSpent))
    const ends = Promise.all(work)
    // A process that died waits for nothing; what still goes on sees that and stops.
    const died = (async () => {
      while (this.alive && !this.ledger.spent.aborted) await new Promise(setImmediate)
      return [false]
    })()
    const done = (await Promise.race([ends, died])).every(Boolean) && this.alive
    const flushed =
      done && (await Promise.race([this.ledger.flush().then(() => true, isSpent), died.then(() => false)]))
    this.alive = false
    return flushed
  }
}

function isSpent(error: unknown): false {
  if (error instanceof LedgerSpent || error instanceof Killed) return false
  throw error
}

class Killed extends Error {}

function assertSendable(records: readonly TopicRecord[]): void {
  const places = new Map<string, { records: number; bytes: number }>()
  for (const record of records) {
    const place = places.get(`${record.topic}/${record.partition}`) ?? { records: 0, bytes: 0 }
    place.records += record.key.toString().startsWith('cursor|') ? 0 : 1
    place.bytes += sizeOf(record)
    places.set(`${record.topic}/${record.partition}`, place)
  }
  for (const { records: count, bytes } of places.values()) {
    if (count > mostRecordsPerPartition || bytes > mostBytesPerPartition) throw new Error('more than a send may hold')
  }
}

/** Hands over the pages of a feed from where the ledger says it stands; what fails is asked for again. */
async function follow(feed: ScriptedFeed, life: Life, chance: Chance, clock: HandClock): Promise<void> {
  const { ledger } = life
  const standing = () => Number(ledger.mark(feed.source, feed.name)?.cursor ?? 0)
  for (let at = standing(); at < feed.pages.length; ) {
    const page = feed.pages[at]
    const askedTick = ledger.tick(feed.source)
    await chance.pause(12)
    if (!life.alive) throw new Killed()
    if (chance.is(0.05)) clock.nowMs = Math.min(clock.nowMs + chance.upTo(20) * hourMs, noonMs + 3 * dayMs)
    const reading: Reading = {
      source: feed.source,
      feed: feed.name,
      page: {
        rows: page?.rows.map(({ id, version }) => cdr(id, version)) ?? [],
        rejects: page?.rejects.map((text) => reject(text)) ?? [],
        next: at + 1,
        more: true,
      },
      mark: { startedAtMs: clock.nowMs, cursor: at + 1 },
      askedTick,
      answeredTick: ledger.tick(feed.source),
      answeredAtMs: 0,
    }
    try {
      await life.commit(reading)
      at++
    } catch (error) {
      if (error instanceof LedgerSpent) throw error
      if (error instanceof Error && error.message === 'more than a send may hold') throw error
      at = standing()
    }
    if (!life.alive) throw new Killed()
    if (chance.is(0.03)) await Promise.race([ledger.flush(), chance.pause(10)])
    if (chance.is(0.03)) ledger.note(feed.source, feed.name, { startedAtMs: clock.nowMs, cursor: at })
  }
}

/** The log must hold every version of every row once and in order, under revisions that count from 1. */
function assertTruth(log: FakeLog, truth: Truth): void {
  const events = log.events
  const byRow = Map.groupBy(events, ({ source, id }) => `${source}/${id}`)
  const seen = [...byRow].map(
    ([row, of]) => [row, of.map(({ revision, contentHash: hash }) => `${revision}:${hash}`)] as const,
  )
  const expected = [...truth.versions].map(([row, versions]) => {
    const id = row.slice(row.indexOf('/') + 1)
    return [row, versions.map((content, at) => `${at + 1}:${contentHash({ id, content }, [])}`)] as const
  })
  expect(new Map(seen)).toEqual(new Map(expected))
  expect(new Set(events.map(({ eventId }) => eventId)).size).toBe(events.length)
  const letters = log.of('dead-letter').map(({ value }) => String(value))
  expect(letters.sort()).toEqual([...truth.rejects].sort())
}

async function live(seed: number, log: FakeLog, feeds: readonly ScriptedFeed[], faults: number): Promise<number> {
  const chance = new Chance(seed)
  const clock = new HandClock()
  const sources = [...new Set(feeds.map(({ source }) => source))]
  for (let lives = 1; lives <= 200; lives++) {
    // Nobody has bad luck for ever.
    const life = new Life(chance, log, clock, sources, lives > 100 ? 0 : faults, chance.is(0.5))
    if (await life.run(feeds.map((feed) => () => follow(feed, life, chance, clock)))) return lives
    clock.nowMs = Math.min(clock.nowMs + chance.upTo(3) * hourMs, noonMs + 3 * dayMs)
  }
  throw new Error('it never came to its end')
}

async function withSeed(seed: number, run: () => Promise<void>): Promise<void> {
  try {
    await run()
  } catch (error) {
    throw new Error(`seed ${seed} (SEED=${seed}): ${error instanceof Error ? error.message : String(error)}`, {
      cause: error,
    })
  }
}

describe('whatever fails and whenever it dies', () => {
  const only = process.env['SEED']
  const all = only === undefined ? Array.from({ length: seeds }, (_, seed) => seed) : [Number(only)]

  it(`publishes every change of a scripted world once and in order (${all.length} seeds)`, {
    timeout: 120_000,
  }, async () => {
    let transactions = 0
    let lives = 0
    for (const seed of all) {
      await withSeed(seed, async () => {
        const { feeds, truth } = script(new Chance(seed))
        const log = new FakeLog()
        lives += await live(seed, log, feeds, seed % 5)
        transactions += log.transactions.length
        assertTruth(log, truth)
      })
    }
    console.log(`scripted: ${all.length} seeds, ${lives} lives, ${transactions} transactions`)
    expect(lives).toBeGreaterThan(all.length)
  })

  it('can go on from every prefix of the transactions', { timeout: 120_000 }, async () => {
    let prefixes = 0
    for (const seed of all) {
      await withSeed(seed, async () => {
        const chance = new Chance(seed)
        const { feeds, truth } = script(chance)
        const whole = new FakeLog()
        await live(seed, whole, feeds, 0)
        const everyPrefix = seed % 20 === 0
        for (let kept = 0; kept <= whole.transactions.length; kept++) {
          if (!everyPrefix && !chance.is(0.15)) continue
          prefixes++
          const log = new FakeLog()
          log.transactions.push(...whole.transactions.slice(0, kept))
          await live(seed + kept, log, feeds, 0)
          assertTruth(log, truth)
        }
      })
    }
    console.log(`prefixes: ${prefixes}`)
  })

  it('never publishes an older version of a row after a newer one, though feeds overlap', {
    timeout: 120_000,
  }, async () => {
    let stale = 0
    for (const seed of all) {
      await withSeed(seed, async () => {
        stale += await overlap(seed)
      })
    }
    console.log(`overlapping: ${stale} stale readings`)
    if (only === undefined) expect(stale).toBeGreaterThan(10)
  })
})

/** A world that changes while several feeds read the same rows; an answer shows it as it is between question and answer. */
async function overlap(seed: number): Promise<number> {
  const chance = new Chance(seed)
  const log = new FakeLog()
  const clock = new HandClock()
  const ids = Array.from({ length: 6 + chance.upTo(10) }, (_, n) => `row-${n}`)
  const world = new Map(ids.map((id) => [id, 0]))
  const faults = seed % 4
  let changesLeft = 60
  let staleReadings = 0

  const change = () => {
    const id = ids[chance.upTo(ids.length)] ?? ''
    const version = world.get(id) ?? 0
    if (changesLeft-- > 0 && version < 12) world.set(id, version + 1)
  }

  /** Reads all rows over and over; when the world has come to rest, once more from the start. */
  const follow = async (life: Life, feed: string) => {
    const pageRows = 1 + chance.upTo(5)
    for (let isLast = false; !isLast; ) {
      isLast = changesLeft <= 0
      for (let from = 0; from < ids.length; ) {
        const askedTick = life.ledger.tick('main')
        await chance.pause(10)
        if (chance.is(0.7)) change()
        const snapshot = ids.slice(from, from + pageRows).map((id) => cdr(id, world.get(id) ?? 0))
        await chance.pause(chance.is(0.2) ? 80 : 10)
        if (!life.alive) throw new Killed()
        const answeredTick = life.ledger.tick('main')
        const cursor = from + pageRows
        const page = { rows: snapshot, rejects: [], next: cursor, more: true }
        try {
          const mark = { startedAtMs: clock.nowMs, cursor }
          await life.commit({ source: 'main', feed, page, mark, askedTick, answeredTick, answeredAtMs: 0 })
          from = cursor
        } catch (error) {
          if (error instanceof LedgerSpent) throw error
          if (error instanceof StaleReading) staleReadings++
        }
        if (!life.alive) throw new Killed()
      }
    }
  }

  for (let lives = 1; ; lives++) {
    const life = new Life(chance, log, clock, ['main'], lives > 100 ? 0 : faults, false)
    if (await life.run(['live', 'recheck-1', 'recheck-2'].map((feed) => () => follow(life, feed)))) break
  }
  const hashes = new Map(
    ids.map((id) => [id, Array.from({ length: 13 }, (_, version) => contentHash({ id, content: version }, []))]),
  )
  for (const [id, events] of Map.groupBy(eventsOf(log.records), (event) => event.id)) {
    const versions = events.map((event) => hashes.get(id)?.indexOf(event.contentHash) ?? -1)
    expect(versions, id).toEqual([...new Set(versions)].sort((a, b) => a - b))
    expect(versions.at(-1), id).toBe(world.get(id))
    expect(events.map(({ revision }) => revision)).toEqual(events.map((_, at) => at + 1))
  }
  return staleReadings
}
