import { onTestFinished } from 'vitest'
import { type CarrierxSimulator, startCarrierx } from '../../sandbox/providers/carrierx.ts'
import type { Feed } from '../../src/feed/feed.ts'
import { poll } from '../../src/feed/poll.ts'
import { createClient } from '../../src/http/client.ts'
import { Ledger } from '../../src/ledger/ledger.ts'
import type { CdrChange, Change } from '../../src/model/change.ts'
import type { Provider, Timing } from '../../src/model/provider.ts'
import { Secret } from '../../src/model/secret.ts'
import type { Settings } from '../../src/model/settings.ts'
import type { TopicRecord } from '../../src/model/topic-record.ts'
import { createMetrics } from '../../src/observe/metrics.ts'
import { carrierx } from '../../src/providers/carrierx/carrierx.ts'
import { openSources } from '../../src/sources.ts'

const minuteMs = 60_000
const hourMs = 60 * minuteMs

/** A day in summer, noon. */
export const noonMs = Date.UTC(2026, 5, 1, 12)

/** A simulated account and everything that reads it, but for Kafka: committed changes are kept in memory. */
export class Account {
  nowMs = noonMs
  readonly changes: CdrChange[] = []
  readonly deadLetters: string[] = []
  readonly simulator: CarrierxSimulator
  readonly #client = createClient({ version: 'test' })
  readonly #committed: TopicRecord[] = []
  readonly #feeds: ReadonlyMap<string, Feed>
  #ledger: Ledger

  private constructor(simulator: CarrierxSimulator, clock: { read: () => number }) {
    this.simulator = simulator
    clock.read = () => this.nowMs
    const [source] = openSources(settingsOf(simulator), this.#client, createMetrics('test'))
    if (source === undefined) throw new Error('no source was opened')
    this.#feeds = new Map(source.feeds.map((feed) => [feed.name, feed]))
    this.#ledger = this.#openLedger()
  }

  /** Starts one whose clock stands at noon; it is stopped when the test has finished. */
  static async open(): Promise<Account> {
    const clock = { read: () => noonMs }
    const account = new Account(await startCarrierx({ clock: () => clock.read(), seed: 7 }), clock)
    onTestFinished(() => account.#close())
    return account
  }

  /** Shows a new call that ended at `endedAtMs`, from `shownAtMs` on; returns its id. */
  call(endedAtMs: number, shownAtMs: number = endedAtMs, changes: Readonly<Record<string, unknown>> = {}): string {
    const record = { ...this.simulator.world.newRecord(endedAtMs, shownAtMs), ...changes }
    this.simulator.world.put(record, shownAtMs)
    return record.dr_sid
  }

  /** Polls a feed once, and commits what it read. */
  async poll(feed: 'live' | 'recheck-1' | 'recheck-2' | 'recheck-3'): Promise<void> {
    const wanted = this.#feeds.get(feed)
    if (wanted === undefined) throw new Error(`there is no feed ${feed}`)
    await poll(wanted, this.#ledger, this.#clock, AbortSignal.timeout(20_000))
    await this.#ledger.settled()
  }

  /** The process dies and another one restores what was committed. */
  die(): void {
    this.#ledger.spend(new Error('killed'))
    this.#ledger = this.#openLedger()
    for (const { topic, key, value } of this.#committed) {
      if (topic === 'checkpoints') this.#ledger.apply(String(key), value)
    }
  }

  /** Where the live feed stands. */
  get readThroughMs(): number | undefined {
    return this.#ledger.mark('acme', 'live')?.readThroughMs
  }

  /** Revisions and prices of a record, in the order they were committed. */
  published(id: string): (readonly [revision: number, price: string | null])[] {
    return this.changes
      .filter(({ fields }) => fields.recordId === id)
      .map(({ head, fields }) => [head.revision, fields.costAmount])
  }

  readonly #clock = { now: () => this.nowMs, monotonic: () => performance.now() }

  #openLedger(): Ledger {
    const made = new Map<TopicRecord, Change>()
    return new Ledger(
      [
        {
          origin: { provider: 'carrierx', source: 'acme', account: 'main' },
          volatile: [],
          rememberForMs: 168 * hourMs,
        },
      ],
      {
        clock: this.#clock,
        encode: (change) => {
          const record = { topic: 'events', partition: 0, key: 'key', value: Buffer.alloc(1_100) }
          made.set(record, change)
          return record
        },
        checkpoint: (key, value) => ({ topic: 'checkpoints', partition: 0, key, value }),
        flapping: () => {},
      },
      { accepted: () => {}, committed: () => {} },
      async (records) => {
        await new Promise(setImmediate)
        for (const record of records) {
          this.#committed.push(record)
          const change = made.get(record)
          if (change?.kind === 'cdr') this.changes.push(change)
          if (change?.kind === 'reject') this.deadLetters.push(change.reject.rawText)
        }
      },
    )
  }

  async #close(): Promise<void> {
    await this.#client.close()
    await this.simulator.close()
  }
}

const timing: Timing = {
  pollMs: 1_000,
  settleMs: 0,
  overlapMs: 5 * minuteMs,
  recheck: [
    { everyMs: minuteMs, backMs: 5 * minuteMs },
    { everyMs: 15 * minuteMs, backMs: 2 * hourMs },
    { everyMs: 6 * hourMs, backMs: 48 * hourMs },
  ],
  rememberForMs: 168 * hourMs,
}

function settingsOf(simulator: CarrierxSimulator): Settings {
  return {
    app: { id: 'test', checkpointPartitions: 1 },
    kafka: {
      brokers: [],
      tls: undefined,
      sasl: undefined,
      sessionTimeoutMs: 6_000,
      topics: {
        cdr: 'events',
        recordingReady: '',
        transcriptReady: '',
        mediaUnavailable: '',
        deadLetter: '',
        checkpoints: '',
      },
      createTopics: false,
      compression: 'none',
    },
    schemaRegistry: { url: '', username: undefined, password: undefined, register: false },
    events: { headers: 'none' },
    admin: { host: '127.0.0.1', port: 0, token: undefined },
    log: { level: 'silent' },
    sources: [
      {
        name: 'acme',
        account: 'main',
        defaultRegion: 'US',
        keep: [],
        provider: carrierx as Provider<unknown>,
        own: { baseUrl: simulator.url, token: new Secret(simulator.token), limit: 1_000, currency: 'USD' },
        sinceMs: noonMs - 24 * hourMs,
        timing,
        limits: [{ requests: 1_000, perMs: 1_000, concurrency: 4 }],
        media: { recordings: true, transcripts: true, firstProbeMs: 0, maxProbeMs: 0, deadlineMs: 0 },
      },
    ],
  }
}
