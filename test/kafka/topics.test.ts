import type { Admin } from 'kafkajs'
import { describe, expect, test } from 'vitest'
import { applyTopics, assertUsable, planTopics, type TopicPlan, wantedTopics } from '../../src/kafka/topics.ts'
import type { KafkaSettings, Settings } from '../../src/model/settings.ts'
import { settingsFor } from './world.ts'

const settings = settingsFor(['127.0.0.1:1'])
const { topics } = settings.kafka
const names = Object.values(topics)

function withTopics(createTopics: KafkaSettings['createTopics']): Settings {
  return { ...settings, kafka: { ...settings.kafka, createTopics } }
}

interface FakeTopic {
  readonly partitions: number
  readonly policy: string
}

/** An admin client of a cluster of three brokers with these topics and one that is none of ours. */
function clusterWith(present: Readonly<Record<string, FakeTopic>>, created: string[] = []): Admin {
  const admin: Pick<
    Admin,
    'describeCluster' | 'listTopics' | 'fetchTopicMetadata' | 'describeConfigs' | 'createTopics'
  > = {
    describeCluster: async () => ({
      brokers: [1, 2, 3].map((nodeId) => ({ nodeId, host: 'h', port: nodeId })),
      controller: 1,
      clusterId: 'c',
    }),
    listTopics: async () => ['somebody-else', ...Object.keys(present)],
    fetchTopicMetadata: async (asked) => ({
      topics: (asked?.topics ?? []).map((name) => ({
        name,
        partitions: Array.from({ length: present[name]?.partitions ?? 0 }, (_, partitionId) => ({
          partitionId,
          partitionErrorCode: 0,
          leader: 1,
          replicas: [1],
          isr: [1],
        })),
      })),
    }),
    describeConfigs: async ({ resources }) => ({
      throttleTime: 0,
      resources: resources.map(({ name }) => ({
        errorCode: 0,
        errorMessage: '',
        resourceName: name,
        resourceType: 2,
        configEntries: [
          {
            configName: 'cleanup.policy',
            configValue: present[name]?.policy ?? '',
            configSource: 1,
            configSynonyms: [],
            isDefault: false,
            isSensitive: false,
            readOnly: false,
          },
        ],
      })),
    }),
    createTopics: async ({ topics: asked }) => {
      created.push(...asked.map(({ topic }) => topic))
      return true
    },
  }
  return admin as Admin
}

function present(but: Readonly<Record<string, FakeTopic>> = {}): Record<string, FakeTopic> {
  const all = names.map((name): [string, FakeTopic] => [
    name,
    name === topics.checkpoints ? { partitions: 4, policy: 'compact' } : { partitions: 6, policy: 'delete' },
  ])
  return { ...Object.fromEntries(all), ...but }
}

function planOf(plan: readonly TopicPlan[], topic: string): TopicPlan {
  const found = plan.find(({ wanted }) => wanted.topic === topic)
  if (found === undefined) throw new Error(`no plan for ${topic}`)
  return found
}

describe('what is wanted', () => {
  test('is every topic of the settings once', () => {
    const wanted = wantedTopics(settings, 3).map(({ topic }) => topic)
    expect(wanted).toHaveLength(names.length)
    expect(new Set(wanted)).toEqual(new Set(names))
  })

  test.each([
    { brokers: 1, replicationFactor: 1, inSync: '1' },
    { brokers: 2, replicationFactor: 2, inSync: '1' },
    { brokers: 3, replicationFactor: 3, inSync: '2' },
    { brokers: 9, replicationFactor: 3, inSync: '2' },
  ])('has as many copies as $brokers brokers allow, three at most', ({ brokers, replicationFactor, inSync }) => {
    for (const wanted of wantedTopics(settings, brokers)) {
      expect(wanted).toMatchObject({ replicationFactor, config: { 'min.insync.replicas': inSync } })
    }
  })

  test('is what the configuration asks for', () => {
    const wanted = wantedTopics(withTopics({ partitions: 12, replicationFactor: 5 }), 3)
    for (const { topic, partitions, replicationFactor, exactPartitions } of wanted) {
      expect(partitions).toBe(topic === topics.checkpoints ? 4 : 12)
      expect(replicationFactor).toBe(5)
      expect(exactPartitions).toBe(true)
    }
  })

  test('is a compacted topic for checkpoints, and others that keep every record', () => {
    for (const { topic, config, cleanupPolicies } of wantedTopics(settings, 3)) {
      expect(config['cleanup.policy']).toBe(topic === topics.checkpoints ? 'compact' : 'delete')
      expect(cleanupPolicies).toContain(config['cleanup.policy'])
    }
  })
})

describe('a plan', () => {
  test('creates what is not there', async () => {
    const plan = await planTopics(clusterWith({}), settings)
    expect(new Set(plan.map(({ action }) => action))).toEqual(new Set(['create']))
  })

  test('is content with what fits, and with any number of partitions of events that nobody asked for', async () => {
    const events = { partitions: 17, policy: 'delete' }
    const plan = await planTopics(clusterWith(present({ [topics.cdr]: events })), settings)
    expect(new Set(plan.map(({ action }) => action))).toEqual(new Set(['ok']))
    expect(planOf(plan, topics.cdr)).toMatchObject({ partitions: 17 })
  })

  test('refuses another number of checkpoint partitions', async () => {
    const checkpoints = { partitions: 5, policy: 'compact' }
    const plan = await planTopics(clusterWith(present({ [topics.checkpoints]: checkpoints })), settings)
    expect(planOf(plan, topics.checkpoints)).toMatchObject({
      action: 'refuse',
      reason: expect.stringContaining('5 partitions'),
      advice: expect.stringContaining('app.checkpointPartitions: 5'),
    })
  })

  test('refuses another number of event partitions where one was asked for', async () => {
    const asked = withTopics({ partitions: 12, replicationFactor: undefined })
    const plan = await planTopics(clusterWith(present()), asked)
    expect(planOf(plan, topics.cdr)).toMatchObject({ action: 'refuse' })
    expect(planOf(plan, topics.checkpoints)).toMatchObject({ action: 'ok' })
  })

  test.each([
    { topic: topics.checkpoints, policy: 'delete', action: 'refuse' },
    { topic: topics.checkpoints, policy: 'compact,delete', action: 'refuse' },
    { topic: topics.cdr, policy: 'compact', action: 'refuse' },
    { topic: topics.cdr, policy: 'delete,compact', action: 'ok' },
    { topic: topics.deadLetter, policy: 'compact,delete', action: 'refuse' },
  ])('has it: $action, $policy', async ({ topic, policy, action }) => {
    const partitions = topic === topics.checkpoints ? 4 : 6
    const plan = await planTopics(clusterWith(present({ [topic]: { partitions, policy } })), settings)
    expect(planOf(plan, topic)).toMatchObject({ action })
  })

  test('is not carried out at all where a topic is refused', async () => {
    const created: string[] = []
    const cluster = clusterWith({ [topics.checkpoints]: { partitions: 5, policy: 'compact' } }, created)
    const plan = await planTopics(cluster, settings)
    await expect(applyTopics(cluster, plan)).rejects.toMatchObject({ code: 'RT-TOPIC-REFUSED', retryable: false })
    expect(created).toEqual([])
  })

  test('with something missing is usable only by who may create it', async () => {
    const plan = await planTopics(clusterWith({}), settings)
    assertUsable(plan, true)
    expect(() => assertUsable(plan, false)).toThrow(expect.objectContaining({ code: 'RT-TOPIC-MISSING' }))
    assertUsable(await planTopics(clusterWith(present()), settings), false)
  })
})
