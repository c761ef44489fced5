import { createCdrEncoder } from './avro/encode.ts'
import { openRegistry, schemaIds } from './avro/registry.ts'
import { withAdmin } from './kafka/admin.ts'
import { eventRecords } from './kafka/event-records.ts'
import { applyTopics, assertUsable, partitionCounts, planTopics } from './kafka/topics.ts'
import type { Change } from './model/change.ts'
import type { Settings } from './model/settings.ts'
import type { TopicRecord } from './model/topic-record.ts'
import type { Log } from './observe/log.ts'
import { patiently } from './patience.ts'

/**
 * What must stand before anything is published: the schemas are registered, the topics are there and fit to be written
 * to. Waits for Kafka and the registry as long as they are away, and says so to `away`. Resolves with what makes records of changes; throws
 * what no waiting mends (`RT-TOPIC-REFUSED`, `RT-SCHEMA-INCOMPATIBLE`, credentials that are refused, …).
 */
export async function prepareGround(
  settings: Settings,
  log: Log,
  away: (what: string) => void,
  signal: AbortSignal,
): Promise<(change: Change) => TopicRecord> {
  const waitingFor = (what: string) => (error: unknown, retryInMs: number) => {
    away(what)
    log.warn({ err: error, retryInMs }, `waiting for ${what}`)
  }
  const [ids, partitions] = await Promise.all([
    patiently(() => registeredSchemas(settings), waitingFor('the schema registry'), signal),
    patiently(() => usableTopics(settings, log), waitingFor('Kafka'), signal),
  ])
  const { topics } = settings.kafka
  return eventRecords({
    topics,
    partitions,
    encodeCdr: createCdrEncoder(idOf(ids, topics.cdr)),
    cloudEvents: settings.events.headers === 'cloudevents',
  })
}

async function registeredSchemas(settings: Settings): Promise<ReadonlyMap<string, number>> {
  return schemaIds(openRegistry(settings.schemaRegistry), settings.kafka.topics)
}

/** Creates topics where that is allowed; resolves with their numbers of partitions. */
async function usableTopics(settings: Settings, log: Log): Promise<ReadonlyMap<string, number>> {
  return withAdmin(settings.kafka, settings.app.id, log, async (admin) => {
    const plan = await planTopics(admin, settings)
    if (settings.kafka.createTopics === false) assertUsable(plan, false)
    else await applyTopics(admin, plan)
    return partitionCounts(
      admin,
      plan.map(({ wanted }) => wanted.topic),
    )
  })
}

function idOf(ids: ReadonlyMap<string, number>, topic: string): number {
  const id = ids.get(`${topic}-value`)
  if (id === undefined) throw new Error(`the registry named no id for ${topic}-value`)
  return id
}
