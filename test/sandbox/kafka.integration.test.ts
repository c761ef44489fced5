import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { poll } from '../../sandbox/jvm/poll.ts'
import { type KafkaSandbox, startKafka } from '../../sandbox/kafka.ts'
import type { KafkaNode } from '../../sandbox/kafka-node.ts'
import { committedValues, createTopic, kafkaClient } from './kafka-client.ts'

let kafka: KafkaSandbox

beforeAll(async () => {
  kafka = await startKafka()
})

afterAll(() => kafka.stop())

function onlyNode({ nodes }: KafkaSandbox): KafkaNode {
  const [node] = nodes
  if (node === undefined) throw new Error('no node')
  return node
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0)
  } catch {
    return false
  }
}

async function produce(topic: string, values: readonly string[]): Promise<void> {
  const producer = kafkaClient(kafka.brokers).producer({ allowAutoTopicCreation: false })
  await producer.connect()
  try {
    await producer.send({ topic, acks: -1, messages: values.map((value) => ({ value })) })
  } finally {
    await producer.disconnect()
  }
}

test('what is produced is consumed', async () => {
  const topic = await createTopic(kafka.brokers)
  await produce(topic, ['a', 'b'])
  expect(await committedValues(kafka.brokers, topic, 2)).toEqual(['a', 'b'])
})

test('a killed broker comes back on its port with its data', async () => {
  const topic = await createTopic(kafka.brokers)
  await produce(topic, ['before'])
  const node = onlyNode(kafka)
  const killed = node.pid
  await node.kill()
  expect(isAlive(killed)).toBe(false)
  await node.restart()
  expect(node.pid).not.toBe(killed)
  await produce(topic, ['after'])
  expect(await committedValues(kafka.brokers, topic, 2)).toEqual(['before', 'after'])
})

test('a paused broker answers nothing until it goes on', async () => {
  const node = onlyNode(kafka)
  const admin = kafkaClient(kafka.brokers, { requestTimeout: 500, retry: { retries: 0 } }).admin()
  await admin.connect()
  try {
    node.pause()
    await expect(admin.describeCluster()).rejects.toThrow('timed out')
    node.resume()
    await poll('an answer', () => admin.describeCluster().catch(() => undefined))
  } finally {
    await admin.disconnect()
  }
})

test('three brokers keep serving when one is killed', async () => {
  const cluster = await startKafka({ brokers: 3 })
  try {
    expect(cluster.nodes.map((node) => node.id)).toEqual([1, 2, 3])
    const topic = await createTopic(cluster.brokers)
    await cluster.nodes[0]?.kill()
    const producer = kafkaClient(cluster.brokers).producer()
    await producer.connect()
    await producer.send({ topic, acks: -1, messages: [{ value: 'a' }] })
    await producer.disconnect()
    expect(await committedValues(cluster.brokers, topic, 1)).toEqual(['a'])
    await cluster.nodes[0]?.restart()
    expect(await committedValues(cluster.brokers, topic, 1)).toEqual(['a'])
  } finally {
    await cluster.stop()
  }
})

test('a broker that does not start is reported with its own words', async () => {
  await expect(startKafka({ properties: { 'num.io.threads': 'several' } })).rejects.toThrow(
    /failed 3 times.*Invalid value several for configuration num.io.threads/s,
  )
})

test('the broker and its data go when its starter is killed', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'ringtail-starter-test-'))
  const script = `
    const { startKafka } = await import(${JSON.stringify(new URL('../../sandbox/kafka.ts', import.meta.url).href)})
    const { nodes } = await startKafka()
    console.log(nodes[0].pid)
    setInterval(() => {}, 1000)
  `
  const starter = spawn(process.execPath, ['--input-type=module', '--eval', script], {
    env: { ...process.env, TMPDIR: folder },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const exited = once(starter, 'exit')
  try {
    const [line] = await once(starter.stdout, 'data')
    const pid = Number(line)
    expect(isAlive(pid)).toBe(true)
    expect(await readdir(folder)).toHaveLength(1)
    starter.kill('SIGKILL')
    await exited
    await poll('the end of the broker', () => (isAlive(pid) ? undefined : true), { withinMs: 5_000 })
    await poll('the end of its data', async () => ((await readdir(folder)).length === 0 ? true : undefined), {
      withinMs: 5_000,
    })
  } finally {
    starter.kill('SIGKILL')
    await rm(folder, { recursive: true })
  }
})
