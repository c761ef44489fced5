import { LedgerSpent } from '../ledger/committer.ts'
import { StaleReading } from '../ledger/stale-reading.ts'
import type { Clock } from '../model/clock.ts'
import { causeOf, RingtailError } from '../model/errors.ts'
import type { Feed } from './feed.ts'
import { type FeedLedger, poll } from './poll.ts'
import { restarted } from './progress.ts'
import { retryDelayMs } from './retry-delay.ts'

/** Failures in a row at one place after which a window is read again from its start. */
const failuresAtCursor = 3

/** Stale readings in a row that are asked again at once; the next one waits as a failure does. */
const mostStaleReadings = 3

/** Who hears how a feed fares; used for metrics, logs and readiness. */
export interface FeedHooks {
  /** The feed stands where the ledger says, and will be read when it is due. */
  readonly started: (feed: Feed) => void
  readonly polling: (feed: Feed) => void
  readonly succeeded: (feed: Feed, seconds: number) => void
  readonly failed: (feed: Feed, error: unknown, failures: number, retryInMs: number) => void
}

/** What supervision takes from outside: time, chance, and who listens. */
export interface FeedDoors {
  readonly clock: Clock
  /** Resolves after `ms`, or rejects with the signal's reason. */
  readonly sleep: (ms: number, signal: AbortSignal) => Promise<void>
  /** In [0, 1). */
  readonly random: () => number
  readonly hooks: FeedHooks
}

/**
 * Keeps a feed going: polls when it is due, and after a failure waits and opens it again from the ledger.
 * The one place where failures of reading are handled. Ends only by throwing: the signal's reason, or `LedgerSpent`.
 */
export async function supervise(feed: Feed, ledger: FeedLedger, doors: FeedDoors, signal: AbortSignal): Promise<never> {
  const { clock, sleep, random, hooks } = doors
  hooks.started(feed)
  let failures = 0
  let failedAt: string | undefined
  let stale = 0
  for (;;) {
    if (failures === 0) await sleep(untilDueMs(feed, ledger, clock.now()), signal)
    signal.throwIfAborted()
    const startedAt = clock.monotonic()
    try {
      hooks.polling(feed)
      await poll(feed, ledger, clock, signal)
      hooks.succeeded(feed, (clock.monotonic() - startedAt) / 1000)
      failures = 0
      stale = 0
    } catch (error) {
      signal.throwIfAborted()
      if (error instanceof LedgerSpent) throw error
      if (error instanceof StaleReading && ++stale <= mostStaleReadings) continue
      stale = 0
      const place = JSON.stringify(ledger.mark(feed.source, feed.name)?.cursor)
      // Where reading got on before it failed, the failures before are over.
      failures = place === failedAt ? failures + 1 : 1
      failedAt = place
      const delayMs = retryDelayMs(failures, error, random())
      hooks.failed(feed, error, failures, delayMs)
      await sleep(delayMs, signal)
      if (leadsNowhere(error, failures)) startWindowOver(feed, ledger)
    }
  }
}

/** How long until the feed is due: at once where a poll was left unfinished, else so long after the last one began. */
function untilDueMs(feed: Feed, ledger: FeedLedger, nowMs: number): number {
  const mark = ledger.mark(feed.source, feed.name)
  const isUnfinished = mark === undefined || mark.startedAtMs > (mark.succeededAtMs ?? 0)
  if (mark?.window !== undefined || (feed.name === 'live' && isUnfinished)) return 0
  // A re-reading comes first when its time is over once, not beside the first reading of the same rows.
  if (mark === undefined) ledger.note(feed.source, feed.name, { startedAtMs: nowMs })
  const startedAtMs = Math.min(mark?.startedAtMs ?? nowMs, nowMs)
  return Math.max(0, startedAtMs + feed.everyMs - nowMs)
}

function leadsNowhere(error: unknown, failures: number): boolean {
  const known = causeOf(error, RingtailError)
  return known?.code === 'RT-ANSWER-CIRCLE' || failures % failuresAtCursor === 0
}

function startWindowOver(feed: Feed, ledger: FeedLedger): void {
  const mark = ledger.mark(feed.source, feed.name)
  if (mark?.window !== undefined) ledger.note(feed.source, feed.name, restarted(feed, mark))
}
