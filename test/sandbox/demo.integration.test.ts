import { spawn } from 'node:child_process'
import { randomBytes, randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { SchemaRegistry, SchemaType } from '@kafkajs/confluent-schema-registry'
import type { Producer } from 'kafkajs'
import { afterAll, beforeAll, expect, inject, test } from 'vitest'
import { registryDecoder } from '../../sandbox/consumer-view/registry-decoder.ts'
import { ConsumerView } from '../../sandbox/consumer-view.ts'
import { poll } from '../../sandbox/jvm/poll.ts'
import { kafkaClient } from './kafka-client.ts'

const root = join(import.meta.dirname, '../..')
const brokers = inject('kafkaBrokers')
const registryUrl = inject('registryUrl')
const name = `view-${randomUUID()}`
const topics = { cdr: `${name}.cdr`, deadLetter: `${name}.dead-letter` }
const hashes = [randomBytes(32).toString('hex'), randomBytes(32).toString('hex')] as const

let encode: (event: object) => Promise<Buffer>
let producer: Producer
let view: ConsumerView

beforeAll(async () => {
  const registry = new SchemaRegistry({ host: registryUrl })
  const schema = await readFile(join(root, 'schemas/telecom.cdr.v1.avsc'), 'utf8')
  const { id } = await registry.register({ type: SchemaType.AVRO, schema }, { subject: `${topics.cdr}-value` })
  encode = (event) => registry.encode(id, event)
  const admin = kafkaClient(brokers).admin()
  await admin.connect()
  await admin.createTopics({
    topics: Object.values(topics).map((topic) => ({ topic, numPartitions: 3 })),
    waitForLeaders: true,
  })
  await admin.disconnect()
  producer = kafkaClient(brokers).producer({ transactionalId: name })
  await producer.connect()
  view = await ConsumerView.start({ brokers, topics, decode: registryDecoder(registryUrl) })
})

afterAll(async () => {
  await Promise.all([view.stop(), producer.disconnect()])
})

function event(revision: number, contentHash: string, eventId: string = randomUUID()) {
  return {
    ...{ eventId, eventType: revision === 1 ? 'CREATED' : 'UPDATED', revision, contentHash },
    ...{ provider: 'carrierx', source: 'main', account: 'main', ingestedAt: Date.now() },
    ...{ recordId: 'record', callId: 'call', fromRaw: '', toRaw: '', derivedFields: [], recordingRefs: [], extra: {} },
  }
}

/** Writes events of one call in a transaction of their own. */
async function write(outcome: 'commit' | 'abort', events: readonly object[], partition = 0): Promise<void> {
  const messages = await Promise.all(
    events.map(async (each) => ({ key: 'main:call', partition, value: await encode(each) })),
  )
  const transaction = await producer.transaction()
  await transaction.send({ topic: topics.cdr, messages })
  await transaction[outcome]()
}

async function caughtUp(): Promise<void> {
  await poll('the consumer has caught up', async () => (await view.caughtUp()) || undefined)
}

test('shows what is committed in its order, and nothing of what is aborted', async () => {
  const first = event(1, hashes[0])
  await write('commit', [first])
  await write('abort', [event(2, hashes[0])])
  await write('commit', [event(2, hashes[1]), event(3, hashes[0])])
  await caughtUp()
  expect(view.counts).toMatchObject({ events: 3, created: 1, updated: 2 })
  const revisions = view.revisions('main').get('record')
  expect(revisions?.map(({ revision }) => revision)).toEqual([1, 2, 3])
  expect(revisions?.map(({ contentHash }) => contentHash)).toEqual([hashes[0], hashes[1], hashes[0]])
  expect(revisions?.[0]).toEqual({
    ...{ eventId: first.eventId, eventType: 'CREATED', revision: 1, contentHash: hashes[0], partition: 0 },
  })
  expect([...view.revisions('main').keys()]).toEqual(['record'])
  expect(view.problems).toEqual([])
})

test('is caught up where an aborted transaction and its marker come last', async () => {
  await write('abort', [event(4, hashes[0])])
  await caughtUp()
  expect(view.counts.events).toBe(3)
})

test('names an event id that came before, another partition and a wrong type', async () => {
  const repeated = view.revisions('main').get('record')?.[0]?.eventId ?? ''
  await write('commit', [{ ...event(4, hashes[1], repeated), eventType: 'CREATED' }], 1)
  await caughtUp()
  expect(view.problems).toEqual([
    'main/record revision 4: the type is CREATED',
    'main/record revision 4: in partition 1, the one before in 0',
    `main/record revision 4: event id ${repeated} came before`,
  ])
})

test('reads dead letters', async () => {
  const transaction = await producer.transaction()
  const headers = {
    '__connect.errors.connector.name': 'main',
    '__connect.errors.exception.class.name': 'no-id',
    '__connect.errors.exception.message': 'dr_sid is not an id',
    '__connect.errors.task.id': 'live',
  }
  await transaction.send({ topic: topics.deadLetter, messages: [{ key: 'main', value: '{"é":1}', headers }] })
  await transaction.commit()
  await caughtUp()
  expect(view.deadLetters).toMatchObject([
    { source: 'main', feed: 'live', reason: 'no-id', detail: 'dr_sid is not an id', rawText: '{"é":1}' },
  ])
})

test('the demo ends right after a kill and faults', async () => {
  const args = ['sandbox/demo.ts', '--for', '20s', '--rate', '30', '--seed', '7']
  const env = { ...process.env, KAFKA_BROKERS: brokers.join(','), SCHEMA_REGISTRY_URL: registryUrl }
  const demo = spawn(process.execPath, args, { cwd: root, env, stdio: ['ignore', 'pipe', 'pipe'] })
  const [out, said] = [text(demo.stdout), text(demo.stderr)]
  const [code] = (await once(demo, 'exit')) as [number | null]
  const lines = (await out).trimEnd().split('\n')
  const last = /^shown (\d+) · published (\d+) · lost 0 · repeated 0$/.exec(lines.at(-1) ?? '')
  expect(last, `${lines.slice(-10).join('\n')}\n${await said}`).not.toBeNull()
  expect(last?.[1]).toBe(last?.[2])
  expect(Number(last?.[1])).toBeGreaterThan(600)
  expect(lines.some((line) => line.includes('SIGKILL'))).toBe(true)
  // An event line, its numbers masked.
  expect(lines.some((line) => /cdr CREATED r1 carrierx-main .*\+1\d{3}••••\d{3} +→ /.test(line))).toBe(true)
  expect(code).toBe(0)
})

async function text(stream: AsyncIterable<Buffer>): Promise<string> {
  const chunks: Buffer[] = []
  for await (const chunk of stream) chunks.push(chunk)
  return Buffer.concat(chunks).toString()
}
