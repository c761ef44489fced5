import { setMaxListeners } from 'node:events'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Feed } from './feed/feed.ts'
import { type FeedDoors, supervise } from './feed/supervise.ts'
import type { Publish } from './ledger/committer.ts'
import type { LedgerDoors, LedgerSource } from './ledger/doors.ts'
import { Ledger, type LedgerHooks } from './ledger/ledger.ts'
import { untilAborted } from './model/until-aborted.ts'

const flushEveryMs = 30_000
/** How long a commit in hand may take when the partition is lost or the process stops. */
const finishMs = 1_000

/** One checkpoint partition: its sources, its writer, and how to read it back. */
export interface PartitionDoors {
  readonly sources: readonly LedgerSource[]
  readonly feeds: readonly Feed[]
  readonly ledger: LedgerDoors
  readonly ledgerHooks: LedgerHooks
  readonly feed: FeedDoors
  /** Fences every earlier owner. */
  readonly openWriter: (signal: AbortSignal) => Promise<{ publish: Publish; close(): Promise<void> }>
  /** Reads the partition from its beginning to its end. */
  readonly restore: (each: (key: string, value: Buffer | null) => void, signal: AbortSignal) => Promise<void>
  /** The partition is restored, and its feeds start. */
  readonly acquired: (ledger: Ledger) => void
  readonly released: (ledger: Ledger) => void
}

/**
 * Owns a partition from the fence to the end: fence, restore, run the feeds until the signal aborts or the ledger is
 * spent. Starting up and recovering from a failure are both this, from the beginning. Resolves when the partition was
 * lost or the process stops; throws where it must be owned anew.
 */
export async function holdPartition(doors: PartitionDoors, signal: AbortSignal): Promise<void> {
  const writer = await doors.openWriter(signal)
  try {
    signal.throwIfAborted()
    const ledger = new Ledger(doors.sources, doors.ledger, doors.ledgerHooks, (records) => writer.publish(records))
    await doors.restore((key, value) => ledger.apply(key, value), signal)
    signal.throwIfAborted()
    doors.acquired(ledger)
    try {
      await runFeeds(doors, ledger, signal)
    } finally {
      doors.released(ledger)
    }
  } finally {
    await writer.close()
  }
}

async function runFeeds(doors: PartitionDoors, ledger: Ledger, signal: AbortSignal): Promise<void> {
  const fault = new AbortController()
  const running = AbortSignal.any([signal, ledger.spent, fault.signal])
  setMaxListeners(0, running)
  const work = [
    ...doors.feeds.map((feed) => supervise(feed, ledger, doors.feed, running)),
    flushNowAndThen(ledger, running),
  ]
  // The first to end ends all: by the signal, by a spent ledger, or by a fault that nobody foresaw.
  await Promise.all(work.map((each) => each.catch((error: unknown) => running.aborted || fault.abort(error))))
  if (!signal.aborted) throw running.reason
  // What can't be committed any more is read again by the next owner.
  await Promise.race([ledger.flush().catch(() => {}), sleep(finishMs, undefined, { ref: false })])
}

/** Resolves after `ms`, or rejects with the signal's reason. */
export async function sleepUntil(ms: number, signal: AbortSignal): Promise<void> {
  signal.throwIfAborted()
  try {
    await sleep(ms, undefined, { signal })
  } catch (error) {
    signal.throwIfAborted()
    throw error
  }
}

/** Quiet feeds move their marks without a transaction; now and then these are written, and old rows forgotten. */
async function flushNowAndThen(ledger: Ledger, signal: AbortSignal): Promise<never> {
  for (;;) {
    await sleepUntil(flushEveryMs, signal)
    await untilAborted(ledger.flush(), signal)
  }
}
