import { describe, expect, inject, test } from 'vitest'
import { parseAllDocuments } from 'yaml'
import { freePorts } from '../../sandbox/jvm/free-ports.ts'
import { createTopic } from '../kafka/world.ts'
import { install } from './ringtail-cli.ts'

const addresses = { brokers: inject('kafkaBrokers'), registryUrl: inject('registryUrl') }

/** The first two columns of a table: what is done about which topic. */
function actions(table: string): string[] {
  const [, ...rows] = table.trimEnd().split('\n')
  return rows.map((row) => row.split(/ +/).slice(0, 2).join(' '))
}

describe('topics plan', () => {
  test('shows what apply does, and does nothing', async () => {
    const { topics, ringtail } = await install(addresses)
    const all = Object.values(topics)
    const before = await ringtail('topics', 'plan')
    expect(before).toMatchObject({ code: 0, err: '' })
    expect(before.out).toMatch(/^ACTION +TOPIC +PARTITIONS +CLEANUP +WHY\n/)
    expect(actions(before.out)).toEqual(all.map((topic) => `create ${topic}`))
    const applied = await ringtail('topics', 'apply')
    expect(applied).toMatchObject({ code: 0, err: '6 topics were created\n' })
    const after = await ringtail('topics', 'plan')
    expect(actions(after.out)).toEqual(all.map((topic) => `ok ${topic}`))
    expect(await ringtail('topics', 'apply')).toMatchObject({ code: 0, err: 'nothing was missing\n' })
    // What was made is what `check` and `run` want.
    expect((await ringtail('check')).code).toBe(0)
  })

  test('prints JSON for programs', async () => {
    const { topics, ringtail } = await install(addresses, { kafka: { createTopics: { partitions: 3 } } })
    const { code, out } = await ringtail('topics', 'plan', '--json')
    expect(code).toBe(0)
    const plan: { topic: string }[] = JSON.parse(out)
    expect(plan.map(({ topic }) => topic)).toEqual(Object.values(topics))
    expect(plan[0]).toMatchObject({ action: 'create', partitions: 3, replicationFactor: 1, reason: '' })
    expect(plan.at(-1)).toMatchObject({ action: 'create', partitions: 4, config: { 'cleanup.policy': 'compact' } })
  })

  test('exits 1 where a topic can not be used, and apply creates nothing then', async () => {
    const { topics, ringtail } = await install(addresses)
    await createTopic(addresses.brokers, 3, { 'cleanup.policy': 'compact' }, topics.checkpoints)
    const plan = await ringtail('topics', 'plan')
    expect(plan.code).toBe(1)
    expect(plan.out).toMatch(/^refuse +\S+\.checkpoints .*it has 3 partitions.*Set app\.checkpointPartitions: 3/m)
    const apply = await ringtail('topics', 'apply')
    expect({ code: apply.code, out: apply.out }).toEqual({ code: 1, out: '' })
    expect(apply.err).toMatch(/^error RT-TOPIC-REFUSED: .*\.checkpoints.*\nSet app\.checkpointPartitions: 3/)
    expect(actions((await ringtail('topics', 'plan')).out)).toContain(`create ${topics.cdr}`)
  })

  test('prints resources for Strimzi without a cluster', async () => {
    const [port] = await freePorts(1)
    const { topics, ringtail } = await install({ ...addresses, brokers: [`127.0.0.1:${port}`] })
    const { code, out, err } = await ringtail('topics', 'plan', '--format', 'strimzi')
    expect({ code, err }).toEqual({ code: 0, err: '' })
    const documents = parseAllDocuments(out)
    expect(documents.flatMap(({ errors }) => errors)).toEqual([])
    const resources = documents.map((document) => document.toJS())
    expect(resources.map(({ spec }) => spec.topicName)).toEqual(Object.values(topics))
    expect(resources[0]).toEqual({
      apiVersion: 'kafka.strimzi.io/v1',
      kind: 'KafkaTopic',
      metadata: { name: topics.cdr, labels: { 'strimzi.io/cluster': 'kafka' } },
      spec: {
        topicName: topics.cdr,
        partitions: 6,
        replicas: 3,
        config: { 'min.insync.replicas': 2, 'cleanup.policy': 'delete' },
      },
    })
    expect(resources.at(-1).spec).toMatchObject({ partitions: 4, config: { 'cleanup.policy': 'compact' } })
  })
})

describe('topics apply', () => {
  test('creates topics also where run may not', async () => {
    const { ringtail } = await install(addresses, { kafka: { createTopics: false } })
    expect((await ringtail('check')).code).toBe(1)
    const { code, out } = await ringtail('topics', 'apply', '--json')
    expect(code).toBe(0)
    expect(JSON.parse(out)).toHaveLength(6)
    expect((await ringtail('check')).code).toBe(0)
  })

  test('fails with code and advice where no broker answers', async () => {
    const [port] = await freePorts(1)
    const { ringtail } = await install({ ...addresses, brokers: [`127.0.0.1:${port}`] })
    const { code, err } = await ringtail('topics', 'apply')
    expect(code).toBe(1)
    expect(err).toMatch(/^error RT-KAFKA-DOWN: .*\nStart Kafka, or correct kafka\.brokers/)
  })
})
