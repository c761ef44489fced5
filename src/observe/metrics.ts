import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client'

/** Node's gauges with a counter's name, which `promtool check metrics` refuses (prom-client issue 283). */
const misnamed = ['nodejs_active_handles_total', 'nodejs_active_requests_total', 'nodejs_active_resources_total']

const requestSeconds = [0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60]
const publishSeconds = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10]
const ageSeconds = [1, 5, 15, 30, 60, 120, 300, 600, 1800, 3600, 14400]
const restoreSeconds = [0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60]

/** States that a feed can be in; one of its series is 1. */
export const feedStates = ['running', 'failed'] as const
export type FeedState = (typeof feedStates)[number]

export type Metrics = ReturnType<typeof createMetrics>

/** Every metric of the service, in a registry of its own. Labels never hold an id, a number or a URL. */
export function createMetrics(version: string) {
  const registry = new Registry()
  collectDefaultMetrics({ register: registry })
  for (const name of misnamed) registry.removeSingleMetric(name)
  const registers = [registry]
  const counter = <L extends string>(name: string, help: string, labelNames: readonly L[]) =>
    new Counter<L>({ name: `ringtail_${name}`, help, labelNames: [...labelNames], registers })
  const gauge = <L extends string>(name: string, help: string, labelNames: readonly L[] = []) =>
    new Gauge<L>({ name: `ringtail_${name}`, help, labelNames: [...labelNames], registers })
  const histogram = <L extends string>(name: string, help: string, buckets: number[], labelNames: readonly L[] = []) =>
    new Histogram<L>({ name: `ringtail_${name}`, help, buckets, labelNames: [...labelNames], registers })

  const metrics = {
    registry,
    buildInfo: gauge('build_info', 'Always 1; its labels say which version runs.', ['version', 'node_version']),
    recordsRead: counter('records_read_total', 'Rows read from the provider, unchanged ones included.', [
      'source',
      'feed',
    ]),
    changesPublished: counter('changes_published_total', 'Changes committed to Kafka.', ['source', 'kind', 'type']),
    duplicatesDropped: counter('duplicates_dropped_total', 'Rows read again without a change.', ['source', 'feed']),
    recordsLate: counter('records_late_total', 'Changes of calls that ended before a time already read.', ['source']),
    recordsHeld: counter('records_held_total', 'Updates held back: their row changed over 20 times in a day.', [
      'source',
    ]),
    rejects: counter('rejects_total', 'Rows that could not be read and were dead-lettered.', ['source', 'reason']),
    readNotes: counter('read_notes_total', 'Oddities in answers that were coped with.', ['source', 'note']),
    requests: counter('requests_total', 'Requests to the provider by class of answer.', ['source', 'feed', 'code']),
    requestDuration: histogram(
      'request_duration_seconds',
      'From sending a request to the last byte of its answer.',
      requestSeconds,
      ['source', 'feed'],
    ),
    responseBytes: counter('response_bytes_total', 'Bytes of answers, as they came over the wire.', ['source', 'feed']),
    throttled: counter('throttled_seconds_total', 'Time in which at least one request waited for the rate limit.', [
      'source',
    ]),
    polls: counter('polls_total', 'Polls by how they ended.', ['source', 'feed', 'outcome']),
    publishLatency: histogram(
      'publish_latency_seconds',
      'From an answer received to its changes committed.',
      publishSeconds,
      ['source'],
    ),
    eventAge: histogram('event_age_seconds', 'From the end of a call to its change committed.', ageSeconds, ['source']),
    feedLastAttempt: gauge('feed_last_attempt_timestamp_seconds', 'When the feed was last begun to be read.', [
      'source',
      'feed',
    ]),
    feedLastSuccess: gauge('feed_last_success_timestamp_seconds', 'When the feed was last read to its end.', [
      'source',
      'feed',
    ]),
    feedHighWater: gauge('feed_high_water_timestamp_seconds', 'Everything before this time was read.', [
      'source',
      'feed',
    ]),
    feedState: gauge('feed_state', '1 for the state that the feed is in.', ['source', 'feed', 'state']),
    transactions: counter('transactions_total', 'Kafka transactions by how they ended.', ['outcome']),
    transactionDuration: histogram(
      'transaction_duration_seconds',
      'From the first record sent to the commit answered.',
      publishSeconds,
    ),
    batchRecords: histogram('kafka_batch_records', 'Records in a transaction.', [1, 10, 100, 500, 1000, 2000, 5000]),
    seenRows: gauge('seen_rows', 'Rows remembered.', ['source']),
    seenBytes: gauge('seen_bytes', 'Memory taken by the rows remembered.', ['source']),
    restoreDuration: histogram('restore_duration_seconds', 'Reading a checkpoint partition back.', restoreSeconds),
    restoreRecords: counter('restore_records_total', 'Checkpoint records read back.', []),
    partitionsOwned: gauge('partitions_owned', 'Checkpoint partitions that this process works on.'),
    rebalances: counter('rebalances_total', 'Assignments received from the group.', []),
    partitionFailures: counter('partition_failures_total', 'Checkpoint partitions that had to be acquired anew.', [
      'reason',
    ]),
  }
  metrics.buildInfo.set({ version, node_version: process.version }, 1)
  for (const outcome of ['committed', 'aborted', 'unknown']) metrics.transactions.inc({ outcome }, 0)
  return metrics
}
