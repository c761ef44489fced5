import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { poll } from '../../sandbox/jvm/poll.ts'
import { type KafkaSandbox, startKafka } from '../../sandbox/kafka.ts'
import { apiKeys } from '../../sandbox/kafka-wire.ts'
import { startProxy } from '../../sandbox/proxy.ts'
import type { Writer } from '../../src/kafka/writer.ts'
import type { TopicRecord } from '../../src/model/topic-record.ts'
import { committed, createTopic, kafkaOf, openWriter, record, visible } from './world.ts'

const partitions = [0, 1, 2, 3, 4, 5]
let kafka: KafkaSandbox

beforeAll(async () => {
  kafka = await startKafka({ brokers: 3 })
})

afterAll(() => kafka.stop())

/** A record for every partition, so for every broker. */
function everywhere(topic: string, value: string): TopicRecord[] {
  return partitions.map((partition) => record(topic, partition, value))
}

async function committedEverywhere(topic: string): Promise<string[][]> {
  return Promise.all(partitions.map((partition) => committed(kafka.brokers, topic, partition)))
}

function numbersTo(end: number): string[] {
  return Array.from({ length: end }, (_, number) => String(number))
}

async function leaderOf(topic: string, partition: number): Promise<number> {
  const admin = kafkaOf(kafka.brokers).admin()
  await admin.connect()
  try {
    const { topics } = await admin.fetchTopicMetadata({ topics: [topic] })
    const found = topics[0]?.partitions.find(({ partitionId }) => partitionId === partition)
    return found?.leader ?? -1
  } finally {
    await admin.disconnect()
  }
}

test('a send that fails at one broker does not write twice at the others', async () => {
  const proxy = await startProxy({ brokers: kafka.brokers })
  try {
    const topic = await createTopic(kafka.brokers, partitions.length)
    const writer = await openWriter(kafkaOf(proxy.brokers))
    proxy.rules.delayAnswers(300, apiKeys.produce)
    proxy.rules.dropNextRequest(apiKeys.produce)
    await writer.publish(everywhere(topic, 'a'))
    await writer.close()
    expect(proxy.rules.dropped).toBe(1)
    expect(await committedEverywhere(topic)).toEqual(partitions.map(() => ['a']))
  } finally {
    await proxy.stop()
  }
})

test('transactions that follow each other closely write every record once', async () => {
  const topic = await createTopic(kafka.brokers, partitions.length)
  const writer = await openWriter(kafkaOf(kafka.brokers))
  const count = 60
  for (let number = 0; number < count; number++) await writer.publish(everywhere(topic, String(number)))
  await writer.close()
  const published = await committedEverywhere(topic)
  expect(published).toEqual(partitions.map(() => numbersTo(count)))
})

test('a user of writers gets every record there once while a leader dies', async () => {
  const topic = await createTopic(kafka.brokers, partitions.length)
  const id = randomUUID()
  const count = 40
  let writer: Writer | undefined
  let next = 0
  let failures = 0
  let killing: Promise<void> | undefined
  await poll(
    'all transactions',
    async () => {
      try {
        if (writer === undefined) {
          writer = await openWriter(kafkaOf(kafka.brokers), id)
          // As a restored checkpoint would say: partition 0 holds what was committed, no more and no less.
          next = new Set(await visible(kafka.brokers, topic, 0)).size
        }
        while (next < count) {
          const publishing = writer.publish(everywhere(topic, String(next)))
          if (next === 10 && killing === undefined) {
            const leader = await leaderOf(topic, 0)
            killing = kafka.nodes.find(({ id: node }) => node === leader)?.kill()
          }
          await publishing
          next += 1
        }
        return true
      } catch {
        failures += 1
        await writer?.close()
        writer = undefined
        return undefined
      }
    },
    { withinMs: 60_000 },
  )
  await writer?.close()
  expect(killing).toBeDefined()
  await killing
  console.info(`a leader died: ${failures} writers were replaced`)
  expect(await committedEverywhere(topic)).toEqual(partitions.map(() => numbersTo(count)))
})
