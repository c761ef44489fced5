import { setTimeout as sleep } from 'node:timers/promises'
import type { Admin, ITopicConfig } from 'kafkajs'
import { RingtailError } from '../model/errors.ts'
import type { Settings } from '../model/settings.ts'
import { protocolCode } from './kafka-errors.ts'
import { kafkajs } from './kafkajs.ts'

const defaultPartitions = 6
const defaultReplicationFactor = 3
/** How long brokers may take to hear of a new topic. */
const knownWithinMs = 30_000
/** `UNKNOWN_TOPIC_OR_PARTITION`, `LEADER_NOT_AVAILABLE`. */
const notYetCodes: readonly number[] = [3, 5]

/** A topic as it should be. */
export interface WantedTopic {
  readonly topic: string
  readonly partitions: number
  readonly replicationFactor: number
  readonly config: Readonly<Record<string, string>>
  /** The partition count must be exactly this: keys are bound to it, or somebody asked for it. */
  readonly exactPartitions: boolean
  /** Values of `cleanup.policy` that keep what Ringtail writes. */
  readonly cleanupPolicies: readonly string[]
}

/** What is to be done about one topic. */
export type TopicPlan =
  | { readonly action: 'ok'; readonly wanted: WantedTopic; readonly partitions: number }
  | { readonly action: 'create'; readonly wanted: WantedTopic }
  | { readonly action: 'refuse'; readonly wanted: WantedTopic; readonly reason: string; readonly advice: string }

/** The topics that `settings` need, on a cluster of so many brokers. */
export function wantedTopics(settings: Settings, brokers: number): WantedTopic[] {
  const { topics, createTopics } = settings.kafka
  const asked = createTopics === false ? undefined : createTopics
  const replicationFactor = asked?.replicationFactor ?? Math.min(defaultReplicationFactor, brokers)
  const shared = { replicationFactor, config: { 'min.insync.replicas': replicationFactor >= 3 ? '2' : '1' } }
  const log = (topic: string, cleanupPolicies: readonly string[]): WantedTopic => ({
    ...shared,
    topic,
    partitions: asked?.partitions ?? defaultPartitions,
    config: { ...shared.config, 'cleanup.policy': 'delete' },
    exactPartitions: asked?.partitions !== undefined,
    cleanupPolicies,
  })
  const events = ['delete', 'compact,delete', 'delete,compact']
  return [
    ...[topics.cdr, topics.recordingReady, topics.transcriptReady, topics.mediaUnavailable].map((topic) =>
      log(topic, events),
    ),
    log(topics.deadLetter, ['delete']),
    {
      ...shared,
      topic: topics.checkpoints,
      partitions: settings.app.checkpointPartitions,
      config: {
        ...shared.config,
        'cleanup.policy': 'compact',
        'segment.bytes': String(32 << 20),
        'segment.ms': String(3_600_000),
        'min.cleanable.dirty.ratio': '0.2',
        'max.compaction.lag.ms': String(12 * 3_600_000),
        'delete.retention.ms': String(24 * 3_600_000),
      },
      exactPartitions: true,
      cleanupPolicies: ['compact'],
    },
  ]
}

/** Compares what is wanted with what the cluster has; changes nothing. */
export async function planTopics(admin: Admin, settings: Settings): Promise<TopicPlan[]> {
  const { brokers } = await admin.describeCluster()
  const wanted = wantedTopics(settings, brokers.length)
  const present = new Set(await admin.listTopics())
  const there = wanted.filter(({ topic }) => present.has(topic)).map(({ topic }) => topic)
  const policies = await cleanupPolicies(admin, there)
  const counts = await partitionCounts(admin, there)
  return wanted.map((topic): TopicPlan => {
    const partitions = counts.get(topic.topic)
    if (partitions === undefined && topic.replicationFactor > brokers.length) {
      return {
        action: 'refuse',
        wanted: topic,
        reason: `it needs ${topic.replicationFactor} replicas, and the cluster has ${brokers.length} brokers`,
        advice: 'Set kafka.createTopics.replicationFactor to at most the number of brokers, or leave it out.',
      }
    }
    if (partitions === undefined) return { action: 'create', wanted: topic }
    if (topic.exactPartitions && partitions !== topic.partitions) {
      return {
        action: 'refuse',
        wanted: topic,
        reason: `it has ${partitions} partitions, the configuration says ${topic.partitions}`,
        advice:
          topic.topic === settings.kafka.topics.checkpoints
            ? `Set app.checkpointPartitions: ${partitions}; the number of a checkpoint topic can never change in place.`
            : `Set kafka.createTopics.partitions: ${partitions}, or leave it out.`,
      }
    }
    const policy = policies.get(topic.topic)
    if (policy !== undefined && !topic.cleanupPolicies.includes(policy)) {
      const right = topic.cleanupPolicies[0]
      return {
        action: 'refuse',
        wanted: topic,
        reason: `its cleanup.policy is ${policy}, which would lose records; it must be ${topic.cleanupPolicies.join(' or ')}`,
        advice: `Set cleanup.policy=${right} on ${topic.topic}, or name another topic in kafka.topics.`,
      }
    }
    return { action: 'ok', wanted: topic, partitions }
  })
}

/** Creates what a plan says is missing. Throws what `assertUsable` throws, before anything is created. */
export async function applyTopics(admin: Admin, plan: readonly TopicPlan[]): Promise<void> {
  assertUsable(plan, true)
  const missing = plan
    .filter((topic) => topic.action === 'create')
    .map(
      ({ wanted }): ITopicConfig => ({
        topic: wanted.topic,
        numPartitions: wanted.partitions,
        replicationFactor: wanted.replicationFactor,
        configEntries: Object.entries(wanted.config).map(([name, value]) => ({ name, value })),
      }),
    )
  if (missing.length === 0) return
  // Another process may be creating them at this moment: kafkajs answers false then. It can't wait for leaders either:
  // it fails where the broker that it asks has not heard of the topics yet, which takes it some moments.
  await admin.createTopics({ topics: missing, waitForLeaders: false })
  await known(
    admin,
    missing.map(({ topic }) => topic),
  )
}

/** Resolves once brokers know leaders of all these topics; throws what they say instead after half a minute. */
async function known(admin: Admin, topics: readonly string[]): Promise<void> {
  const deadline = performance.now() + knownWithinMs
  for (;;) {
    try {
      await partitionCounts(admin, topics)
      return
    } catch (error) {
      if (!notYetCodes.includes(protocolCode(error) ?? 0) || performance.now() > deadline) throw error
      await sleep(100)
    }
  }
}

/** Throws `RT-TOPIC-REFUSED` for a topic that must not be written to, `RT-TOPIC-MISSING` for one that is not there. */
export function assertUsable(plan: readonly TopicPlan[], mayCreate: boolean): void {
  for (const topic of plan) {
    if (topic.action === 'refuse') {
      throw new RingtailError(`topic ${topic.wanted.topic} can't be used: ${topic.reason}`, {
        code: 'RT-TOPIC-REFUSED',
        retryable: false,
        advice: topic.advice,
      })
    }
    if (topic.action === 'create' && !mayCreate) {
      throw new RingtailError(`topic ${topic.wanted.topic} does not exist`, {
        code: 'RT-TOPIC-MISSING',
        retryable: false,
        advice: 'Create it with `ringtail topics apply`, or set kafka.createTopics: true.',
      })
    }
  }
}

/** How many partitions each of these topics has. */
export async function partitionCounts(admin: Admin, topics: readonly string[]): Promise<Map<string, number>> {
  if (topics.length === 0) return new Map()
  const metadata = await admin.fetchTopicMetadata({ topics: [...topics] })
  return new Map(metadata.topics.map(({ name, partitions }) => [name, partitions.length]))
}

async function cleanupPolicies(admin: Admin, topics: readonly string[]): Promise<Map<string, string>> {
  if (topics.length === 0) return new Map()
  const { resources } = await admin.describeConfigs({
    includeSynonyms: false,
    resources: topics.map((name) => ({
      type: kafkajs.ConfigResourceTypes.TOPIC,
      name,
      configNames: ['cleanup.policy'],
    })),
  })
  return new Map(
    resources.flatMap(({ resourceName, configEntries }) =>
      configEntries.map((entry): [string, string] => [resourceName, entry.configValue]),
    ),
  )
}
