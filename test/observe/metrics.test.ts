import { describe, expect, test } from 'vitest'
import { createMetrics } from '../../src/observe/metrics.ts'

/** Of the contract (`design.md`, section 12): every metric that a stage without media and backfills has, with its labels. */
const contract: Readonly<Record<string, readonly string[]>> = {
  records_read_total: ['source', 'feed'],
  changes_published_total: ['source', 'kind', 'type'],
  duplicates_dropped_total: ['source', 'feed'],
  records_late_total: ['source'],
  rejects_total: ['source', 'reason'],
  requests_total: ['source', 'feed', 'code'],
  request_duration_seconds: ['source', 'feed'],
  throttled_seconds_total: ['source'],
  publish_latency_seconds: ['source'],
  event_age_seconds: ['source'],
  feed_last_success_timestamp_seconds: ['source', 'feed'],
  feed_high_water_timestamp_seconds: ['source', 'feed'],
  feed_state: ['source', 'feed', 'state'],
  transactions_total: ['outcome'],
  transaction_duration_seconds: [],
  seen_rows: ['source'],
  seen_bytes: ['source'],
  restore_duration_seconds: [],
  partitions_owned: [],
  rebalances_total: [],
  build_info: ['version', 'node_version'],
}

/** Labels with few values that the configuration or the code names. */
const closedLabels = [
  ...['source', 'feed', 'kind', 'type', 'outcome', 'reason', 'code', 'state', 'note'],
  ...['version', 'node_version'],
]

function ownMetrics() {
  return createMetrics('1.2.3')
    .registry.getMetricsAsArray()
    .filter(({ name }) => name.startsWith('ringtail_'))
}

/** prom-client does not show the labels of a metric in its types. */
function labelsOf(metric: object): readonly string[] {
  return Reflect.get(metric, 'labelNames')
}

describe('the metrics', () => {
  test('are those of the contract, with its labels', () => {
    const labels = Object.fromEntries(ownMetrics().map((metric) => [metric.name, labelsOf(metric)]))
    for (const [name, expected] of Object.entries(contract)) expect(labels[`ringtail_${name}`], name).toEqual(expected)
  })

  test('have a help each, a sentence', () => {
    for (const { name, help } of ownMetrics()) expect(help, name).toMatch(/^[A-Z0-9].{10,}\.$/)
  })

  test('have names that Prometheus approves of', () => {
    for (const metric of ownMetrics()) {
      const type = String(metric.type)
      expect(metric.name).toMatch(/^[a-z][a-z0-9_]*$/)
      expect(metric.name.endsWith('_total'), metric.name).toBe(type === 'counter')
    }
  })

  test('have no label that could hold an id, a number or a URL', () => {
    for (const metric of ownMetrics()) {
      expect(labelsOf(metric).filter((label) => !closedLabels.includes(label))).toEqual([])
    }
  })

  test('name the version that runs, and show every outcome of a transaction before the first', async () => {
    const text = await createMetrics('1.2.3').registry.metrics()
    expect(text).toContain(`ringtail_build_info{version="1.2.3",node_version="${process.version}"} 1`)
    for (const outcome of ['committed', 'aborted', 'unknown']) {
      expect(text).toContain(`ringtail_transactions_total{outcome="${outcome}"} 0`)
    }
  })

  test('leave out what promtool refuses: gauges of Node with the name of a counter', async () => {
    const text = await createMetrics('1').registry.metrics()
    expect(text).toContain('nodejs_eventloop_lag_seconds')
    expect([...text.matchAll(/^# TYPE (\S+_total) gauge$/gm)].map(([, name]) => name)).toEqual([])
    expect(text).not.toMatch(/nodejs_active_(?:handles|requests|resources)_total/)
  })

  test('are in a registry of their own each time', async () => {
    const [one, other] = [createMetrics('1'), createMetrics('1')]
    one.rebalances.inc()
    expect(await other.registry.getSingleMetricAsString('ringtail_rebalances_total')).toContain('_total 0')
  })
})
