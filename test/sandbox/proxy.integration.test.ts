import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { connect } from 'node:net'
import type { Producer } from 'kafkajs'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import { type KafkaSandbox, startKafka } from '../../sandbox/kafka.ts'
import { apiKeys, brokersRequest } from '../../sandbox/kafka-wire.ts'
import { type KafkaProxy, startProxy } from '../../sandbox/proxy.ts'
import { committedValues, createTopic, kafkaClient } from './kafka-client.ts'

let kafka: KafkaSandbox
let proxy: KafkaProxy
let topic = ''

beforeAll(async () => {
  kafka = await startKafka({ brokers: 3 })
})

afterAll(() => kafka.stop())

beforeEach(async () => {
  proxy = await startProxy({ brokers: kafka.brokers })
  topic = await createTopic(kafka.brokers)
})

afterEach(() => proxy.stop())

async function withProducer(brokers: string[], transactionalId: string, use: (producer: Producer) => Promise<void>) {
  const producer = kafkaClient(brokers).producer({
    transactionalId,
    allowAutoTopicCreation: false,
    retry: { initialRetryTime: 20, maxRetryTime: 200, retries: 10 },
  })
  await producer.connect()
  try {
    await use(producer)
  } finally {
    await producer.disconnect()
  }
}

async function publish(producer: Producer, value: string, beforeCommit: () => void = () => {}): Promise<void> {
  const transaction = await producer.transaction()
  await transaction.send({ topic, acks: -1, messages: [{ value }] })
  beforeCommit()
  await transaction.commit()
}

async function clusterBehind(brokers: string[]): Promise<readonly string[]> {
  const admin = kafkaClient(brokers, { retry: { retries: 0 } }).admin()
  await admin.connect()
  try {
    const cluster = await admin.describeCluster()
    return cluster.brokers.map(({ host, port }) => `${host}:${port}`)
  } finally {
    await admin.disconnect()
  }
}

test('clients know no address but those of the proxy', async () => {
  const known = await clusterBehind(proxy.brokers)
  expect(new Set(known)).toEqual(new Set(proxy.brokers))
  expect(proxy.brokers).not.toContain(kafka.brokers[0])
  await withProducer(proxy.brokers, randomUUID(), (producer) => publish(producer, 'a'))
  expect(await committedValues(proxy.brokers, topic, 1)).toEqual(['a'])
})

test('a commit whose answer is lost rejects, and yet the record is there', async () => {
  await withProducer(proxy.brokers, randomUUID(), async (producer) => {
    const published = publish(producer, 'a', () => proxy.rules.dropNextAnswer(apiKeys.endTxn))
    await expect(published).rejects.toThrow('Closed connection')
  })
  expect(proxy.rules.dropped).toBe(1)
  expect(await committedValues(kafka.brokers, topic, 1)).toEqual(['a'])
})

test('a commit that is lost itself rejects alike, and the record is not there', async () => {
  const transactionalId = randomUUID()
  await withProducer(proxy.brokers, transactionalId, async (producer) => {
    const published = publish(producer, 'lost', () => proxy.rules.dropNextRequest(apiKeys.endTxn))
    await expect(published).rejects.toThrow('Closed connection')
  })
  expect(proxy.rules.dropped).toBe(1)
  // The next owner of the id aborts what it left open.
  await withProducer(kafka.brokers, transactionalId, (producer) => publish(producer, 'b'))
  expect(await committedValues(kafka.brokers, topic, 1)).toEqual(['b'])
})

test('refuses connections as long as it is told to', async () => {
  proxy.rules.refuseConnections(true)
  await expect(clusterBehind(proxy.brokers)).rejects.toThrow()
  proxy.rules.refuseConnections(false)
  expect(await clusterBehind(proxy.brokers)).toHaveLength(3)
})

test('cuts the connections that are open', async () => {
  const socket = connect(Number(proxy.brokers[0]?.split(':')[1]), '127.0.0.1')
  socket.write(brokersRequest())
  await once(socket, 'data')
  const closed = once(socket, 'close')
  proxy.cut()
  await closed
  expect(await clusterBehind(proxy.brokers)).toHaveLength(3)
})

test('delays the answers to one kind of request', async () => {
  const delayMs = 300
  proxy.rules.delayAnswers(delayMs, apiKeys.endTxn)
  await withProducer(proxy.brokers, randomUUID(), async (producer) => {
    const transaction = await producer.transaction()
    await transaction.send({ topic, messages: [{ value: 'a' }] })
    const start = performance.now()
    await transaction.commit()
    expect(performance.now() - start).toBeGreaterThanOrEqual(delayMs - 1)
  })
})
