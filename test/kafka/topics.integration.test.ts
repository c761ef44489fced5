import { describe, expect, inject, test } from 'vitest'
import { withAdmin } from '../../src/kafka/admin.ts'
import { applyTopics, partitionCounts, planTopics, type TopicPlan } from '../../src/kafka/topics.ts'
import type { Settings } from '../../src/model/settings.ts'
import { createTopic, settingsFor, silent } from './world.ts'

const brokers = inject('kafkaBrokers')

function plan(settings: Settings): Promise<TopicPlan[]> {
  return withAdmin(settings.kafka, 'test', silent, (admin) => planTopics(admin, settings))
}

/** With as many partitions as Ringtail has by default. */
function defaults(): Settings {
  const settings = settingsFor(brokers)
  return { ...settings, app: { ...settings.app, checkpointPartitions: 32 } }
}

/** What a start does: plans, creates what is missing, and asks for the numbers of partitions. */
function start(settings: Settings): Promise<Map<string, number>> {
  return withAdmin(settings.kafka, 'test', silent, async (admin) => {
    const planned = await planTopics(admin, settings)
    await applyTopics(admin, planned)
    return partitionCounts(
      admin,
      planned.map(({ wanted }) => wanted.topic),
    )
  })
}

async function create(topic: string, partitions: number, policy: string): Promise<void> {
  await createTopic(brokers, partitions, { 'cleanup.policy': policy }, topic)
}

function actionOf(planned: readonly TopicPlan[], name: string): string | undefined {
  return planned.find(({ wanted }) => wanted.topic === name)?.action
}

describe('topics', () => {
  // Several times, since a broker hears of a new topic after a moment that is not always the same.
  test.each([1, 2, 3])('are created, can be used at once, and are in order then (%i)', async () => {
    const settings = defaults()
    const { topics } = settings.kafka
    expect(new Set((await plan(settings)).map(({ action }) => action))).toEqual(new Set(['create']))
    const counts = await start(settings)
    const wanted = Object.values(topics).map((name): [string, number] => [name, name === topics.checkpoints ? 32 : 6])
    expect(counts).toEqual(new Map(wanted))
    expect(new Set((await plan(settings)).map(({ action }) => action))).toEqual(new Set(['ok']))
    expect(await start(settings)).toEqual(counts)
  })

  test.each([1, 2, 3])('are created by three at once (%i)', async () => {
    const settings = defaults()
    const counts = await Promise.all([start(settings), start(settings), start(settings)])
    for (const each of counts) expect([...each.values()].sort((a, b) => a - b)).toEqual([6, 6, 6, 6, 6, 32])
  })

  test('with another number of checkpoint partitions are refused', async () => {
    const settings = settingsFor(brokers)
    const { checkpoints } = settings.kafka.topics
    await create(checkpoints, 5, 'compact')
    expect(actionOf(await plan(settings), checkpoints)).toBe('refuse')
    await expect(start(settings)).rejects.toMatchObject({ code: 'RT-TOPIC-REFUSED' })
  })

  test('that lose records are refused, those that keep them long enough are not', async () => {
    const settings = settingsFor(brokers)
    const { checkpoints, cdr, recordingReady } = settings.kafka.topics
    await create(checkpoints, 4, 'compact,delete')
    await create(cdr, 3, 'compact')
    await create(recordingReady, 3, 'compact, delete')
    const planned = await plan(settings)
    expect([checkpoints, cdr, recordingReady].map((name) => actionOf(planned, name))).toEqual([
      'refuse',
      'refuse',
      'ok',
    ])
  })
})

test('an admin client of brokers that are away says so', async () => {
  const { kafka } = settingsFor(['127.0.0.1:1'])
  await expect(withAdmin(kafka, 'test', silent, (admin) => admin.listTopics())).rejects.toMatchObject({
    code: 'RT-KAFKA-DOWN',
    retryable: true,
  })
})
