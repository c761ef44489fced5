import { randomUUID } from 'node:crypto'
import { afterEach, describe, expect, inject, test } from 'vitest'
import { poll } from '../../sandbox/jvm/poll.ts'
import { apiKeys } from '../../sandbox/kafka-wire.ts'
import { type KafkaProxy, startProxy } from '../../sandbox/proxy.ts'
import { isFenced, LostWrite, NotCommitted, OutcomeUnknown, protocolCode } from '../../src/kafka/kafka-errors.ts'
import { type TransactionOutcome, Writer } from '../../src/kafka/writer.ts'
import { causeOf } from '../../src/model/errors.ts'
import type { TopicRecord } from '../../src/model/topic-record.ts'
import { committed, createTopic, interrupted, kafkaOf, never, openWriter, record, stableEnd, visible } from './world.ts'

const brokers = inject('kafkaBrokers')
const toClose: { close(): Promise<void> }[] = []

afterEach(async () => {
  await Promise.all(toClose.splice(0).map((each) => each.close()))
})

function closing<T extends { close(): Promise<void> }>(each: T): T {
  toClose.push(each)
  return each
}

async function failure(publishing: Promise<void>): Promise<unknown> {
  return publishing.then(
    () => expect.fail('it was published'),
    (error: unknown) => error,
  )
}

describe('a later writer of the same id', () => {
  test('fences an earlier one that sends', async () => {
    const topic = await createTopic(brokers)
    const id = randomUUID()
    const first = closing(await openWriter(kafkaOf(brokers), id))
    await first.publish([record(topic, 0, 'before')])
    const second = closing(await openWriter(kafkaOf(brokers), id))
    const error = await failure(first.publish([record(topic, 0, 'fenced')]))
    expect(error).toBeInstanceOf(NotCommitted)
    expect(isFenced(error)).toBe(true)
    await second.publish([record(topic, 0, 'after')])
    expect(await committed(brokers, topic)).toEqual(['before', 'after'])
  })

  test('fences an earlier one that commits', async () => {
    const topic = await createTopic(brokers)
    const id = randomUUID()
    const beforeCommit = async (): Promise<void> => {
      closing(await openWriter(kafkaOf(brokers), id))
    }
    const first = closing(await openWriter(interrupted(kafkaOf(brokers), { beforeCommit }), id))
    const error = await failure(first.publish([record(topic, 0, 'fenced')]))
    expect(error).toBeInstanceOf(OutcomeUnknown)
    expect(isFenced(error)).toBe(true)
    expect(await committed(brokers, topic)).toEqual([])
  })

  test('keeps what the earlier one committed in several topics', async () => {
    const [events, checkpoints] = await Promise.all([createTopic(brokers, 3), createTopic(brokers, 2)])
    const id = randomUUID()
    const first = closing(await openWriter(kafkaOf(brokers), id))
    await first.publish([record(events, 0, 'a'), record(checkpoints, 1, 'c'), record(events, 2, 'b')])
    closing(await openWriter(kafkaOf(brokers), id))
    expect(await committed(brokers, events, 0)).toEqual(['a'])
    expect(await committed(brokers, events, 2)).toEqual(['b'])
    expect(await committed(brokers, checkpoints, 1)).toEqual(['c'])
  })

  test('is refused by an abort signal before it fences anybody', async () => {
    const opening = Writer.open(kafkaOf(brokers), randomUUID(), 'none', () => {}, AbortSignal.abort(new Error('lost')))
    await expect(opening).rejects.toThrow('lost')
  })
})

describe('a lost connection', () => {
  async function behindProxy(): Promise<KafkaProxy> {
    const proxy = await startProxy({ brokers })
    closing({ close: () => proxy.stop() })
    return proxy
  }

  test('that eats the answer to a commit leaves the records there once', async () => {
    const [topic, proxy] = await Promise.all([createTopic(brokers), behindProxy()])
    const id = randomUUID()
    const first = closing(await openWriter(kafkaOf(proxy.brokers), id))
    proxy.rules.dropNextAnswer(apiKeys.endTxn)
    const error = await failure(first.publish([record(topic, 0, 'a'), record(topic, 0, 'b')]))
    expect(error).toBeInstanceOf(OutcomeUnknown)
    expect(isFenced(error)).toBe(false)
    expect(proxy.rules.dropped).toBe(1)
    // The fence waits for the commit, so that a read behind it is not too early.
    closing(await openWriter(kafkaOf(proxy.brokers), id))
    expect(await visible(brokers, topic)).toEqual(['a', 'b'])
  })

  test('that eats a commit leaves nothing', async () => {
    const [topic, proxy] = await Promise.all([createTopic(brokers), behindProxy()])
    const id = randomUUID()
    const first = closing(await openWriter(kafkaOf(proxy.brokers), id))
    proxy.rules.dropNextRequest(apiKeys.endTxn)
    expect(await failure(first.publish([record(topic, 0, 'lost')]))).toBeInstanceOf(OutcomeUnknown)
    closing(await openWriter(kafkaOf(proxy.brokers), id))
    expect(await visible(brokers, topic)).toEqual([])
    expect(await committed(brokers, topic)).toEqual([])
  })

  test('that eats the answer to a send is got over without a second copy', async () => {
    const [topic, proxy] = await Promise.all([createTopic(brokers), behindProxy()])
    const writer = closing(await openWriter(kafkaOf(proxy.brokers)))
    proxy.rules.dropNextAnswer(apiKeys.produce)
    await writer.publish([record(topic, 0, 'a')])
    expect(proxy.rules.dropped).toBe(1)
    expect(await committed(brokers, topic)).toEqual(['a'])
  })

  test('while it fences is got over', async () => {
    const [topic, proxy] = await Promise.all([createTopic(brokers), behindProxy()])
    proxy.rules.dropNextAnswer(apiKeys.initProducerId)
    const writer = closing(await openWriter(kafkaOf(proxy.brokers)))
    expect(proxy.rules.dropped).toBe(1)
    await writer.publish([record(topic, 0, 'a')])
    expect(await committed(brokers, topic)).toEqual(['a'])
  })
})

describe('nothing is visible of', () => {
  async function refused(records: readonly TopicRecord[]): Promise<{ error: unknown; outcomes: TransactionOutcome[] }> {
    const outcomes: TransactionOutcome[] = []
    const hook = (outcome: TransactionOutcome) => outcomes.push(outcome)
    const writer = closing(await Writer.open(kafkaOf(brokers), randomUUID(), 'none', hook, never))
    const error = await failure(writer.publish(records))
    return { error, outcomes }
  }

  test('a transaction with a record to a partition that does not exist', async () => {
    const topic = await createTopic(brokers)
    const { error, outcomes } = await refused([record(topic, 0, 'a'), record(topic, 7, 'b')])
    expect(error).toBeInstanceOf(NotCommitted)
    expect(causeOf(error, LostWrite)?.message).toContain(`${topic}/7`)
    expect(outcomes).toEqual(['aborted'])
    expect(await committed(brokers, topic)).toEqual([])
  })

  test('a transaction with a record of 2 MiB', async () => {
    const [topic, other] = await Promise.all([createTopic(brokers), createTopic(brokers)])
    const { error, outcomes } = await refused([record(other, 0, 'a'), record(topic, 0, 'x'.repeat(2 << 20), 'key')])
    expect(error).toBeInstanceOf(NotCommitted)
    expect(protocolCode(error)).toBe(10)
    expect(isFenced(error)).toBe(false)
    expect(outcomes).toEqual(['aborted'])
    expect(await committed(brokers, topic)).toEqual([])
    expect(await committed(brokers, other)).toEqual([])
  })
})

describe('a transaction that takes too long', () => {
  const transactionTimeout = 1_000

  test('looks fenced at its commit; the next writer loses nothing', async () => {
    const topic = await createTopic(brokers)
    const id = randomUUID()
    const isAborted = async () => ((await stableEnd(brokers, topic)) >= 2 ? true : undefined)
    const beforeCommit = async (): Promise<void> => {
      await poll('the end of the transaction', isAborted)
    }
    const slow = closing(await openWriter(interrupted(kafkaOf(brokers), { transactionTimeout, beforeCommit }), id))
    const error = await failure(slow.publish([record(topic, 0, 'late')]))
    expect(error).toBeInstanceOf(OutcomeUnknown)
    expect(isFenced(error)).toBe(true)
    const next = closing(await openWriter(kafkaOf(brokers), id))
    await next.publish([record(topic, 0, 'again')])
    expect(await committed(brokers, topic)).toEqual(['again'])
  })

  test('looks fenced at its send', async () => {
    const [topic, other] = await Promise.all([createTopic(brokers), createTopic(brokers)])
    const slow = closing(
      await openWriter(
        interrupted(kafkaOf(brokers), {
          transactionTimeout,
          beforeSend: async (transaction) => {
            await transaction.send({ topic: other, messages: [{ value: 'open', partition: 0 }] })
            await poll('the end of the transaction', async () =>
              (await stableEnd(brokers, other)) >= 2 ? true : undefined,
            )
          },
        }),
      ),
    )
    const error = await failure(slow.publish([record(topic, 0, 'late')]))
    expect(error).toBeInstanceOf(NotCommitted)
    expect(isFenced(error)).toBe(true)
    expect(await committed(brokers, topic)).toEqual([])
    expect(await committed(brokers, other)).toEqual([])
  })
})

test('300 transactions of one record follow each other without a wait of kafkajs', async () => {
  const topic = await createTopic(brokers)
  const seconds: number[] = []
  const hook = (_: TransactionOutcome, took: number) => seconds.push(took)
  const writer = closing(await Writer.open(kafkaOf(brokers), randomUUID(), 'none', hook, never))
  for (let number = 0; number < 300; number++) await writer.publish([record(topic, 0, String(number))])
  const sorted = seconds.map((each) => each * 1000).sort((a, b) => a - b)
  const p99 = sorted[296] ?? Number.NaN
  console.info(`300 transactions: p50 ${sorted[150]?.toFixed(1)} ms, p99 ${p99.toFixed(1)} ms`)
  expect(p99).toBeLessThan(200)
  expect(await committed(brokers, topic)).toEqual(Array.from({ length: 300 }, (_, number) => String(number)))
})

test('32 open writers cost next to nothing while they have nothing to do', async () => {
  const kafka = kafkaOf(brokers)
  const writers = await Promise.all(Array.from({ length: 32 }, () => openWriter(kafka)))
  for (const writer of writers) closing(writer)
  const idleMs = 5_000
  const before = process.cpuUsage()
  await new Promise((resolve) => setTimeout(resolve, idleMs))
  const { user, system } = process.cpuUsage(before)
  const cpuMs = (user + system) / 1000
  console.info(`32 idle writers: ${cpuMs.toFixed(0)} ms of CPU in ${idleMs} ms`)
  expect(cpuMs).toBeLessThan(idleMs / 10)
})
