import type { Feed } from './feed/feed.ts'
import type { FeedHooks } from './feed/supervise.ts'
import { LedgerSpent } from './ledger/committer.ts'
import type { LedgerHooks } from './ledger/ledger.ts'
import type { PageOutcome } from './ledger/parcel.ts'
import { causeOf, RingtailError } from './model/errors.ts'
import type { FeedMark } from './model/feed-mark.ts'
import type { Log } from './observe/log.ts'
import { type FeedState, feedStates, type Metrics } from './observe/metrics.ts'

/** What the ledger reports, as metrics. */
export function ledgerHooks(metrics: Metrics): LedgerHooks {
  return {
    accepted: ({ source, feed, read, unchanged, held, notes }: PageOutcome) => {
      metrics.recordsRead.inc({ source, feed }, read)
      metrics.duplicatesDropped.inc({ source, feed }, unchanged)
      metrics.recordsHeld.inc({ source }, held)
      for (const note of notes) metrics.readNotes.inc({ source, note })
    },
    committed: (outcome: PageOutcome) => {
      const { source, created, updated, late, rejects, answeredAtMs, endTimesMs } = outcome
      metrics.changesPublished.inc({ source, kind: 'cdr', type: 'created' }, created)
      metrics.changesPublished.inc({ source, kind: 'cdr', type: 'updated' }, updated)
      metrics.recordsLate.inc({ source }, late)
      for (const reason of rejects) metrics.rejects.inc({ source, reason })
      metrics.publishLatency.observe({ source }, (performance.now() - answeredAtMs) / 1000)
      const age = metrics.eventAge.labels({ source })
      const now = Date.now()
      for (const endMs of endTimesMs) age.observe(Math.max(0, now - endMs) / 1000)
    },
  }
}

/** What supervision reports, as metrics and log lines. `markOf` says where a feed stands. */
export function feedHooks(
  metrics: Metrics,
  log: Log,
  markOf: (feed: Feed) => FeedMark | undefined,
  started: (feed: Feed) => void,
): FeedHooks {
  const enter = (feed: Feed, state: FeedState) => {
    for (const each of feedStates) {
      metrics.feedState.set({ source: feed.source, feed: feed.name, state: each }, each === state ? 1 : 0)
    }
  }
  const showMark = (feed: Feed) => {
    const labels = { source: feed.source, feed: feed.name }
    const mark = markOf(feed)
    if (mark?.succeededAtMs !== undefined) metrics.feedLastSuccess.set(labels, mark.succeededAtMs / 1000)
    if (mark?.readThroughMs !== undefined) metrics.feedHighWater.set(labels, mark.readThroughMs / 1000)
  }
  return {
    started: (feed) => {
      enter(feed, 'running')
      showMark(feed)
      started(feed)
    },
    polling: ({ source, name }) => metrics.feedLastAttempt.set({ source, feed: name }, Date.now() / 1000),
    succeeded: (feed, seconds) => {
      enter(feed, 'running')
      showMark(feed)
      metrics.polls.inc({ source: feed.source, feed: feed.name, outcome: 'success' })
      log.debug({ source: feed.source, feed: feed.name, seconds }, 'read to its end')
    },
    failed: (feed, error, failures, retryInMs) => {
      enter(feed, 'failed')
      metrics.polls.inc({ source: feed.source, feed: feed.name, outcome: 'failed' })
      const facts = { source: feed.source, feed: feed.name, failures, retryInMs: Math.round(retryInMs), err: error }
      // A first failure is usually over with the next try, but for one that somebody has to mend.
      const status = causeOf(error, RingtailError)?.status
      if (failures === 1 && status !== 401 && status !== 403) log.info(facts, 'reading failed, trying again')
      else log.warn(facts, 'reading failed')
    },
  }
}

/** Takes the figures of a feed away that is no longer read here: another process shows them now. */
export function forgetFeed(metrics: Metrics, { source, name: feed }: Feed): void {
  metrics.feedLastAttempt.remove({ source, feed })
  metrics.feedLastSuccess.remove({ source, feed })
  metrics.feedHighWater.remove({ source, feed })
  for (const state of feedStates) metrics.feedState.remove({ source, feed, state })
}

/** Why a partition has to be acquired anew, as a closed set for a metric's label. */
export function failureReason(error: unknown): string {
  const cause = error instanceof LedgerSpent ? error.cause : error
  switch (cause instanceof Error ? cause.name : '') {
    case 'NotCommitted':
      return 'not-committed'
    case 'OutcomeUnknown':
      return 'outcome-unknown'
    default:
      return 'other'
  }
}
