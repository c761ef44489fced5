import type { ReadinessCheck } from './admin/readiness.ts'
import type { Feed } from './feed/feed.ts'
import type { Ledger } from './ledger/ledger.ts'
import type { FeedMark } from './model/feed-mark.ts'
import type { Metrics } from './observe/metrics.ts'
import type { OpenSource } from './sources.ts'

/** How far this process has come: in the group, its partitions restored, their feeds started. */
export class Standing {
  readonly #byPartition: ReadonlyMap<number, readonly OpenSource[]>
  readonly #ledgers = new Map<number, Ledger>()
  readonly #started = new Set<Feed>()
  #owned: readonly number[] | undefined
  #waitingFor: string | undefined

  constructor(byPartition: ReadonlyMap<number, readonly OpenSource[]>) {
    this.#byPartition = byPartition
  }

  /** Something that must be there first is away. */
  waitingFor(what: string): void {
    this.#waitingFor = what
  }

  /** The group assigned these partitions. */
  assigned(partitions: readonly number[]): void {
    this.#owned = partitions
  }

  acquired(partition: number, ledger: Ledger): void {
    this.#ledgers.set(partition, ledger)
  }

  released(partition: number): void {
    this.#ledgers.delete(partition)
    for (const source of this.#byPartition.get(partition) ?? []) {
      for (const feed of source.feeds) this.#started.delete(feed)
    }
  }

  started(feed: Feed): void {
    this.#started.add(feed)
  }

  /** Where a feed of an acquired partition stands. */
  mark(source: OpenSource, feed: Feed): FeedMark | undefined {
    return this.#ledgers.get(source.partition)?.mark(feed.source, feed.name)
  }

  readiness(): ReadinessCheck[] {
    const owned = (this.#owned ?? []).filter((partition) => this.#byPartition.has(partition))
    const restored = owned.filter((partition) => this.#ledgers.has(partition))
    const feeds = owned.flatMap((partition) => this.#byPartition.get(partition) ?? []).flatMap((source) => source.feeds)
    const started = feeds.filter((feed) => this.#started.has(feed))
    const joined = this.#owned !== undefined
    const waiting = this.#waitingFor === undefined ? 'not in the group yet' : `waiting for ${this.#waitingFor}`
    return [
      { name: 'group', ready: joined, detail: joined ? 'joined' : waiting },
      check('partitions', restored.length, owned.length, 'restored'),
      check('feeds', started.length, feeds.length, 'started'),
    ]
  }

  /** Sets the gauges that are measured when somebody looks. */
  measure(metrics: Metrics): void {
    metrics.partitionsOwned.set(this.#ledgers.size)
    metrics.seenRows.reset()
    metrics.seenBytes.reset()
    for (const [partition, ledger] of this.#ledgers) {
      for (const { settings } of this.#byPartition.get(partition) ?? []) {
        const { rows, bytes } = ledger.source(settings.name)
        metrics.seenRows.set({ source: settings.name }, rows)
        metrics.seenBytes.set({ source: settings.name }, bytes)
      }
    }
  }
}

function check(name: string, done: number, all: number, what: string): ReadinessCheck {
  return { name, ready: done === all, detail: `${done} of ${all} ${what}` }
}
