import { startAdmin } from './admin/server.ts'
import { prepareGround } from './ground.ts'
import { failureReason, feedHooks, forgetFeed, ledgerHooks } from './hooks.ts'
import { createClient } from './http/client.ts'
import { createKafka } from './kafka/client.ts'
import { Membership } from './kafka/membership.ts'
import { Ownership } from './kafka/ownership.ts'
import { LogReader } from './kafka/restore.ts'
import { Writer } from './kafka/writer.ts'
import type { Change } from './model/change.ts'
import { systemClock } from './model/clock.ts'
import type { Settings } from './model/settings.ts'
import type { TopicRecord } from './model/topic-record.ts'
import type { Log } from './observe/log.ts'
import { createMetrics, type Metrics } from './observe/metrics.ts'
import { holdPartition, type PartitionDoors, sleepUntil } from './partition.ts'
import { type OpenSource, openSources } from './sources.ts'
import { Standing } from './standing.ts'
import { version } from './version.ts'

/** How long leaving the group may take before the process goes anyway. */
const leaveMs = 5_000

/**
 * Runs Ringtail until the signal aborts, then finishes what is in hand and leaves the group. Waits for Kafka and the
 * registry where they are away; throws what no waiting mends.
 */
export async function serve(settings: Settings, log: Log, signal: AbortSignal): Promise<void> {
  const metrics = createMetrics(version)
  const client = createClient({ version })
  const sources = openSources(settings, client, metrics)
  const world: World = {
    settings,
    log,
    metrics,
    byPartition: Map.groupBy(sources, ({ partition }) => partition),
    standing: new Standing(Map.groupBy(sources, ({ partition }) => partition)),
  }
  const admin = await startAdmin(settings.admin, {
    version,
    readiness: () => world.standing.readiness(),
    metrics: async () => {
      world.standing.measure(metrics)
      return { contentType: metrics.registry.contentType, text: await metrics.registry.metrics() }
    },
  })
  log.info({ version, admin: admin.addresses(), sources: sources.length }, 'started')
  try {
    const encode = await prepareGround(settings, log, (what) => world.standing.waitingFor(what), signal)
    await takePart(world, encode, signal)
  } catch (error) {
    if (!signal.aborted) throw error
  } finally {
    await Promise.all([admin.close(), client.close()])
    log.info('stopped')
  }
}

/** What every part of the service is connected to. */
interface World {
  readonly settings: Settings
  readonly log: Log
  readonly metrics: Metrics
  readonly byPartition: ReadonlyMap<number, readonly OpenSource[]>
  readonly standing: Standing
}

/** Joins the group, works on what it assigns until the signal aborts, and leaves it. */
async function takePart(world: World, encode: (change: Change) => TopicRecord, signal: AbortSignal): Promise<void> {
  const { settings, log, metrics, byPartition, standing } = world
  const { app, kafka } = settings
  const reader = new LogReader(kafka, app.id, log)
  const ownership = new Ownership({
    hold: (partition, lost, acquired) =>
      holdPartition(partitionDoors(world, partition, encode, reader, acquired), lost),
    confirmedAfter: (sinceMs, lost) => membership.confirmedAfter(sinceMs, lost),
    failed: (partition, error, retryInMs) => {
      metrics.partitionFailures.inc({ reason: failureReason(error) })
      log.warn({ partition, err: error, retryInMs: Math.round(retryInMs) }, 'the partition is acquired anew')
    },
  })
  const membership = new Membership({
    kafka: () => createKafka(kafka, app.id, log),
    groupId: app.id,
    topic: kafka.topics.checkpoints,
    sessionTimeoutMs: kafka.sessionTimeoutMs,
    busy: new Set(byPartition.keys()),
    claims: () => ownership.claims(),
    assigned: (partitions) => {
      metrics.rebalances.inc()
      // A partition without sources has nothing to be worked on.
      const busy = partitions.filter((partition) => byPartition.has(partition))
      log.info({ partitions: busy }, 'the group assigned partitions')
      standing.assigned(busy)
      ownership.assign(busy)
    },
    crashed: (error) => log.warn({ err: error }, 'the membership broke down and begins anew'),
  })
  membership.join()
  await aborted(signal)
  log.info('stopping: finishing what is in hand')
  await ownership.release()
  await membership.leave(leaveMs)
  await reader.close()
}

function partitionDoors(
  { settings, log, metrics, byPartition, standing }: World,
  partition: number,
  encode: (change: Change) => TopicRecord,
  reader: LogReader,
  acquired: () => void,
): PartitionDoors {
  const { app, kafka } = settings
  const sources = byPartition.get(partition) ?? []
  const sourceOf = new Map(sources.flatMap((source) => source.feeds.map((feed) => [feed, source])))
  const { checkpoints } = kafka.topics
  return {
    sources: sources.map(({ ledger }) => ledger),
    feeds: sources.flatMap(({ feeds }) => feeds),
    ledger: {
      clock: systemClock,
      encode,
      checkpoint: (key, value) => ({ topic: checkpoints, partition, key, value }),
      flapping: (source, id) =>
        log.warn(
          { source, record: id },
          'a record changed more than 20 times in a day; it is published once an hour now',
        ),
    },
    ledgerHooks: ledgerHooks(metrics),
    feed: {
      clock: systemClock,
      sleep: sleepUntil,
      random: Math.random,
      hooks: feedHooks(
        metrics,
        log,
        (feed) => {
          const source = sourceOf.get(feed)
          return source === undefined ? undefined : standing.mark(source, feed)
        },
        (feed) => standing.started(feed),
      ),
    },
    openWriter: (signal) =>
      Writer.open(
        createKafka(kafka, app.id, log),
        `${app.id}-${partition}`,
        kafka.compression,
        (outcome, seconds, records) => {
          metrics.transactions.inc({ outcome })
          metrics.transactionDuration.observe(seconds)
          metrics.batchRecords.observe(records)
        },
        signal,
      ),
    restore: async (apply, signal) => {
      const startedAt = performance.now()
      const records = await reader.read(
        { topic: checkpoints, partition },
        ({ key, value }) => {
          if (key !== null) apply(key.toString(), value)
        },
        signal,
      )
      const seconds = (performance.now() - startedAt) / 1000
      metrics.restoreDuration.observe(seconds)
      metrics.restoreRecords.inc(records)
      log.info({ partition, records, seconds }, 'restored')
    },
    acquired: (ledger) => {
      standing.acquired(partition, ledger)
      acquired()
    },
    released: () => {
      standing.released(partition)
      for (const feed of sourceOf.keys()) forgetFeed(metrics, feed)
    },
  }
}

function aborted(signal: AbortSignal): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>()
  if (signal.aborted) resolve()
  else signal.addEventListener('abort', () => resolve(), { once: true })
  return promise
}
