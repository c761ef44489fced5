import { decoder } from './avro/decode.ts'
import { withAdmin } from './kafka/admin.ts'
import { partitionOf } from './kafka/partition-of.ts'
import { LogReader } from './kafka/restore.ts'
import { assertUsable, planTopics } from './kafka/topics.ts'
import { parseKey } from './ledger/checkpoint.ts'
import { SourceLedger } from './ledger/source-ledger.ts'
import { systemClock } from './model/clock.ts'
import type { Settings } from './model/settings.ts'
import { silentLog } from './observe/log.ts'
import type { OpenSource } from './sources.ts'

const hourMs = 3_600_000

/** What was published of a record, as the checkpoint remembers it, with the event where it is still in its topic. */
export interface Published {
  readonly revision: number
  /** The first 16 hex digits of the published content hash. */
  readonly contentPrefix: string
  /** The hour that it was last recorded in, as ISO 8601. */
  readonly recordedAt: string
  readonly event: Readonly<Record<string, unknown>> | undefined
}

/**
 * Reads what is remembered of a record, without fencing anybody. Undefined where nothing is, or nothing was ever
 * published. Throws `RT-KAFKA-DOWN`, `RT-KAFKA-AUTH`, and `RT-TOPIC-REFUSED` where the topics are not those of this
 * configuration.
 */
export async function findPublished(
  settings: Settings,
  source: OpenSource,
  id: string,
  callId: string | undefined,
  signal: AbortSignal,
): Promise<Published | undefined> {
  const { topics } = settings.kafka
  const partitions = await partitionsOf(settings, [topics.checkpoints, topics.cdr])
  if (!partitions.has(topics.checkpoints)) return undefined
  const reader = new LogReader(settings.kafka, settings.app.id, silentLog)
  try {
    const memory = await readMemory(settings, source, reader, signal)
    const remembered = memory.remembered('cdr', id)
    if (remembered === undefined) return undefined
    const recordedAtMs = remembered.hour * hourMs
    const key = `${source.settings.name}:${callId ?? id}`
    const partition = partitionOf(key, partitions.get(topics.cdr) ?? 1)
    // A row that is still being read is recorded again after half of its time, without an event.
    const earliestMs = recordedAtMs - source.ledger.rememberForMs
    return {
      revision: remembered.revision,
      contentPrefix: remembered.contentPrefix,
      recordedAt: new Date(recordedAtMs).toISOString(),
      event: partitions.has(topics.cdr)
        ? ((await findEvent(settings, reader, { key, id, partition, fromTimestampMs: recordedAtMs }, signal)) ??
          (await findEvent(settings, reader, { key, id, partition, fromTimestampMs: earliestMs }, signal)))
        : undefined,
    }
  } finally {
    await reader.close()
  }
}

async function readMemory(
  settings: Settings,
  source: OpenSource,
  reader: LogReader,
  signal: AbortSignal,
): Promise<SourceLedger> {
  const memory = new SourceLedger(source.ledger, {
    clock: systemClock,
    encode: unused,
    checkpoint: unused,
    flapping: () => {},
  })
  await reader.read(
    { topic: settings.kafka.topics.checkpoints, partition: source.partition },
    ({ key, value }) => {
      const at = parseKey(key?.toString() ?? '')
      if (at.kind === 'seen' && at.source === source.settings.name) memory.applySeen(at.hour, at.n, value)
    },
    signal,
  )
  return memory
}

/** How many partitions these topics have; those that are not there are left out. */
async function partitionsOf(settings: Settings, topics: readonly string[]): Promise<ReadonlyMap<string, number>> {
  const plan = await withAdmin(settings.kafka, settings.app.id, silentLog, (admin) => planTopics(admin, settings))
  const asked = plan.filter(({ wanted }) => topics.includes(wanted.topic))
  assertUsable(asked, true)
  return new Map(asked.flatMap((topic) => (topic.action === 'ok' ? [[topic.wanted.topic, topic.partitions]] : [])))
}

/** Which event is looked for, and from when on. */
interface EventPlace {
  readonly key: string
  readonly id: string
  readonly partition: number
  readonly fromTimestampMs: number
}

/** The newest event of a record with this key that is still in the topic. */
async function findEvent(
  settings: Settings,
  reader: LogReader,
  { key, id, partition, fromTimestampMs }: EventPlace,
  signal: AbortSignal,
): Promise<Readonly<Record<string, unknown>> | undefined> {
  const values: Buffer[] = []
  const keyBytes = Buffer.from(key)
  await reader.read(
    { topic: settings.kafka.topics.cdr, partition, fromTimestampMs },
    (record) => {
      if (record.value !== null && record.key !== null && keyBytes.equals(record.key)) values.push(record.value)
    },
    signal,
  )
  const decode = decoder(settings.schemaRegistry)
  const events = await Promise.all(values.map((value) => decode(value)))
  return events.findLast((event) => event['recordId'] === id)
}

function unused(): never {
  throw new Error('nothing is published here')
}
