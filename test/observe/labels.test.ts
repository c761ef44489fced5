import { expect, test } from 'vitest'
import { type FeedSource, feedsOf } from '../../src/feed/feed.ts'
import { failureReason, feedHooks, ledgerHooks } from '../../src/hooks.ts'
import { LedgerSpent } from '../../src/ledger/committer.ts'
import { RingtailError } from '../../src/model/errors.ts'
import { silentLog } from '../../src/observe/log.ts'
import { createMetrics } from '../../src/observe/metrics.ts'

const id = 'f73bacbf-5259-4796-b2ae-5880a7b5c991'
const phone = '+14155550123'
const error = new RingtailError(`https://api.example.com/calls/${id} of ${phone} was refused`, {
  code: 'RT-HTTP-404',
  retryable: true,
  advice: `ask for ${id}`,
})

function feedsOfMain() {
  const reader: FeedSource['range'] = {
    start: () => id,
    request: () => ({ method: 'GET', url: new URL(`https://api.example.com/${id}`) }),
    read: () => {
      throw error
    },
  }
  return feedsOf({
    name: 'main',
    tail: undefined,
    range: reader,
    maxWindowMs: 1_000,
    timing: { pollMs: 1, settleMs: 0, overlapMs: 0, recheck: [{ everyMs: 1, backMs: 1 }], rememberForMs: 1 },
    sinceMs: 0,
    send: () => Promise.reject(error),
  })
}

test('no id, phone number or URL reaches a label, whatever goes wrong', async () => {
  const metrics = createMetrics('1')
  const mark = { startedAtMs: 1_000, succeededAtMs: 2_000, readThroughMs: 3_000, cursor: { after: id } }
  const feeds = feedHooks(
    metrics,
    silentLog,
    () => mark,
    () => {},
  )
  for (const feed of feedsOfMain()) {
    feeds.started(feed)
    feeds.polling(feed)
    feeds.failed(feed, error, 3, 500)
    feeds.succeeded(feed, 1)
  }
  const ledger = ledgerHooks(metrics)
  const counts = { read: 5, unchanged: 1, created: 2, updated: 1, late: 1, held: 1 }
  const outcome = {
    source: 'main',
    feed: 'live',
    answeredAtMs: 0,
    ...counts,
    rejects: ['no-id' as const],
    notes: ['cursor-lost' as const],
    endTimesMs: [1],
  }
  ledger.accepted(outcome)
  ledger.committed(outcome)
  metrics.partitionFailures.inc({ reason: failureReason(error) })
  metrics.partitionFailures.inc({ reason: failureReason(new LedgerSpent(`of ${id}`, { cause: error })) })

  const text = await metrics.registry.metrics()
  expect(text).toContain('ringtail_feed_high_water_timestamp_seconds{source="main",feed="live"} 3\n')
  expect(text).toContain('ringtail_polls_total{source="main",feed="recheck-1",outcome="failed"} 1\n')
  expect(text).toContain('ringtail_changes_published_total{source="main",kind="cdr",type="created"} 2\n')
  expect(text).toContain('ringtail_partition_failures_total{reason="other"} 2\n')
  expect(text).not.toMatch(/f73bacbf|5550123|example\.com|RT-/)
})
