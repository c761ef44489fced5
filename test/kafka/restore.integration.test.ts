import { execFile } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { join } from 'node:path'
import { promisify } from 'node:util'
import type { Producer } from 'kafkajs'
import { afterEach, describe, expect, inject, test } from 'vitest'
import { poll } from '../../sandbox/jvm/poll.ts'
import { startKafka } from '../../sandbox/kafka.ts'
import { startProxy } from '../../sandbox/proxy.ts'
import { LogReader } from '../../src/kafka/restore.ts'
import { rawBatches } from './raw-fetch.ts'
import {
  committed,
  createTopic,
  interrupted,
  kafkaOf,
  never,
  openWriter,
  readRecords,
  record,
  settingsFor,
  silent,
  stableEnd,
  visible,
} from './world.ts'

const brokers = inject('kafkaBrokers')
const toClose: { close(): Promise<void> }[] = []

afterEach(async () => {
  await Promise.all(toClose.splice(0).map((each) => each.close()))
})

function closing<T extends { close(): Promise<void> }>(each: T): T {
  toClose.push(each)
  return each
}

function readerOf(addresses: readonly string[]): LogReader {
  return closing(new LogReader(settingsFor(addresses).kafka, 'test', silent))
}

async function rawProducer(): Promise<Producer> {
  const producer = kafkaOf(brokers).producer({ transactionalId: randomUUID() })
  await producer.connect()
  closing({ close: () => producer.disconnect() })
  return producer
}

function toPartition0(topic: string, value: string) {
  return { topic, messages: [{ value, partition: 0 }] }
}

describe('a read', () => {
  test('of an empty partition ends at once', async () => {
    expect(await visible(brokers, await createTopic(brokers))).toEqual([])
  })

  test('of a partition with no more than a fence in it ends at once', async () => {
    const topic = await createTopic(brokers)
    closing(await openWriter(kafkaOf(brokers)))
    expect(await visible(brokers, topic)).toEqual([])
  })

  test('of a partition that does not exist fails', async () => {
    const topic = await createTopic(brokers)
    await expect(visible(brokers, topic, 7)).rejects.toThrow(`${topic}/7`)
  })

  test('gives keys, tombstones, headers and offsets as they were written', async () => {
    const topic = await createTopic(brokers)
    const writer = closing(await openWriter(kafkaOf(brokers)))
    await writer.publish([
      { topic, partition: 0, key: 'a', value: Buffer.from([0, 255]), headers: { name: 'value' } },
      { topic, partition: 0, key: Buffer.from([1]), value: null },
    ])
    const [first, second] = await poll('the records', async () => {
      const records = await readRecords(brokers, { topic, partition: 0 })
      return records.length > 0 ? records : undefined
    })
    expect(first).toMatchObject({ offset: '0', key: Buffer.from('a'), value: Buffer.from([0, 255]) })
    expect(String(first?.headers['name'])).toBe('value')
    expect(second).toMatchObject({ offset: '1', key: Buffer.from([1]), value: null })
  })

  test('leaves out aborted transactions', async () => {
    const topic = await createTopic(brokers)
    const writer = closing(await openWriter(kafkaOf(brokers)))
    const producer = await rawProducer()
    for (const number of [1, 2]) {
      await writer.publish([record(topic, 0, `committed ${number}`)])
      const transaction = await producer.transaction()
      await transaction.send(toPartition0(topic, 'aborted'))
      await transaction.abort()
    }
    expect(await committed(brokers, topic)).toEqual(['committed 1', 'committed 2'])
  })

  test('leaves out aborted transactions of two producers that overlap', async () => {
    const topic = await createTopic(brokers)
    const outer = await (await rawProducer()).transaction()
    const inner = await (await rawProducer()).transaction()
    await outer.send(toPartition0(topic, 'outer'))
    await inner.send(toPartition0(topic, 'inner'))
    // The broker lists aborted transactions in the order of their ends.
    await inner.abort()
    await outer.abort()
    await closing(await openWriter(kafkaOf(brokers))).publish([record(topic, 0, 'committed')])
    expect(await committed(brokers, topic)).toEqual(['committed'])
  })

  test('ends before the open transaction of another producer', async () => {
    const topic = await createTopic(brokers)
    const writer = closing(await openWriter(kafkaOf(brokers)))
    await writer.publish([record(topic, 0, 'before')])
    const transaction = await (await rawProducer()).transaction()
    await transaction.send(toPartition0(topic, 'open'))
    await writer.publish([record(topic, 0, 'behind')])
    await expect.poll(() => visible(brokers, topic)).toEqual(['before'])
    await transaction.commit()
    expect(await committed(brokers, topic)).toEqual(['before', 'open', 'behind'])
  })

  test.each(['zstd', 'gzip'] as const)('unpacks %s', async (compression) => {
    const topic = await createTopic(brokers)
    const writer = closing(await openWriter(kafkaOf(brokers), randomUUID(), compression))
    const values = Array.from({ length: 100 }, (_, number) => `${number} `.repeat(200))
    await writer.publish(values.map((value, number) => record(topic, 0, value, String(number))))
    const end = await rawBatches(brokers[0] ?? '', topic, 0n)
    expect(end[0]?.records).toBe(100)
    expect(await committed(brokers, topic)).toEqual(values)
  })

  test('begins at a time', async () => {
    const topic = await createTopic(brokers)
    const writer = closing(await openWriter(kafkaOf(brokers)))
    await writer.publish([record(topic, 0, 'before')])
    const before = Date.now()
    const fromTimestampMs = await poll('a later millisecond', () => (Date.now() > before ? Date.now() : undefined))
    await writer.publish([record(topic, 0, 'after')])
    expect(await committed(brokers, topic)).toEqual(['before', 'after'])
    const from = (ms: number) => readRecords(brokers, { topic, partition: 0, fromTimestampMs: ms })
    expect((await from(fromTimestampMs)).map(({ value }) => String(value)).at(0)).toBe('after')
    expect((await from(0)).map(({ value }) => String(value)).at(0)).toBe('before')
    expect(await from(Date.now() + 60_000)).toEqual([])
  })

  test('of several partitions at once by one reader gives each its own', async () => {
    const topic = await createTopic(brokers, 4)
    const writer = closing(await openWriter(kafkaOf(brokers)))
    const partitions = [0, 1, 2, 3]
    await writer.publish(partitions.map((partition) => record(topic, partition, String(partition))))
    for (const partition of partitions) await committed(brokers, topic, partition)
    const reader = readerOf(brokers)
    const values = await Promise.all(
      partitions.map(async (partition) => {
        const seen: string[] = []
        await reader.read({ topic, partition }, ({ value }) => seen.push(String(value)), never)
        return seen[0]
      }),
    )
    expect(values).toEqual(['0', '1', '2', '3'])
  })

  test('stops by its signal', async () => {
    const topic = await createTopic(brokers)
    const writer = closing(await openWriter(kafkaOf(brokers)))
    await writer.publish([record(topic, 0, 'a')])
    await committed(brokers, topic)
    const lost = new AbortController()
    const reading = readerOf(brokers).read({ topic, partition: 0 }, () => lost.abort(new Error('lost')), lost.signal)
    // What was read was all, so it may as well have ended.
    expect(await reading.catch((error: Error) => error.message)).toBeOneOf([2, 'lost'])
    const again = readerOf(brokers).read({ topic, partition: 0 }, () => expect.fail('read'), lost.signal)
    await expect(again).rejects.toThrow('lost')
  })
})

describe('a read that loses its broker', () => {
  test('goes on where it was once the broker is back', async () => {
    const kafka = await startKafka()
    let restarting: Promise<void> | undefined
    try {
      const topic = await createTopic(kafka.brokers)
      const writer = await openWriter(kafkaOf(kafka.brokers))
      const blocks = 16
      const filling = 'x'.repeat(900)
      for (let block = 0; block < blocks; block++) {
        const values = Array.from({ length: 900 }, (_, number) => `${block * 900 + number} ${filling}`)
        await writer.publish(values.map((value) => record(topic, 0, value, 'key')))
      }
      await writer.close()
      const end = blocks * 900 + blocks
      await poll('the last commit', async () => ((await stableEnd(kafka.brokers, topic)) >= end ? true : undefined))
      const numbers: number[] = []
      await readerOf(kafka.brokers).read(
        { topic, partition: 0 },
        ({ value }) => {
          numbers.push(Number.parseInt(String(value), 10))
          restarting ??= kafka.nodes[0]?.restart()
        },
        never,
      )
      expect(numbers).toEqual(Array.from({ length: blocks * 900 }, (_, number) => number))
    } finally {
      await restarting
      await kafka.stop()
    }
  })

  test('waits for it for longer than kafkajs would', async () => {
    const proxy = await startProxy({ brokers })
    closing({ close: () => proxy.stop() })
    const topic = await createTopic(brokers)
    const writer = closing(await openWriter(kafkaOf(brokers)))
    const large = 'x'.repeat(900_000)
    // More than one fetch brings.
    for (let number = 0; number < 12; number++) await writer.publish([record(topic, 0, `${number} ${large}`, 'key')])
    await poll('the last commit', async () => ((await stableEnd(brokers, topic)) >= 24 ? true : undefined))
    const awayMs = 7_000
    const numbers: number[] = []
    await readerOf(proxy.brokers).read(
      { topic, partition: 0 },
      ({ value }) => {
        numbers.push(Number.parseInt(String(value), 10))
        if (numbers.length > 1) return
        proxy.rules.refuseConnections(true)
        proxy.cut()
        setTimeout(() => proxy.rules.refuseConnections(false), awayMs)
      },
      never,
    )
    expect(numbers).toEqual(Array.from({ length: 12 }, (_, number) => number))
  })
})

describe('a compacted partition with empty batches', () => {
  const readInProcess = async (topic: string, patches: 'patched' | 'unpatched'): Promise<unknown> => {
    const script = join(import.meta.dirname, 'reader-process.ts')
    const { stdout } = await promisify(execFile)(process.execPath, [script, brokers[0] ?? '', topic, patches])
    return JSON.parse(stdout)
  }

  test('is read to its end, which kafkajs by itself does not reach', async () => {
    const segmentMs = 1_000
    const topic = await createTopic(brokers, 1, {
      'cleanup.policy': 'compact',
      'segment.bytes': String(1 << 20),
      'segment.ms': String(segmentMs),
      'min.cleanable.dirty.ratio': '0.0001',
      'delete.retention.ms': '0',
    })
    const kafka = kafkaOf(brokers)
    const open = async (from = kafka) => closing(await openWriter(from))
    // Two of these don't fit a segment, so the cleaner keeps those of two segments apart.
    const large = 'x'.repeat(600_000)
    const segmentEnds = async () => {
      const start = Date.now()
      await poll('the end of a segment', () => (Date.now() > start + segmentMs ? true : undefined))
    }

    const [keeping, inside] = await Promise.all([open(), open()])
    const atTheEnd = await open(interrupted(kafka, { beforeCommit: segmentEnds }))
    await keeping.publish([record(topic, 0, large, 'large 1'), record(topic, 0, '1', 'x')])
    await inside.publish([record(topic, 0, '2', 'x')])
    await keeping.publish([record(topic, 0, '3', 'kept'), record(topic, 0, '3', 'x')])
    // Five records and three commit markers: a marker that came later would be behind the batch that gets empty.
    await poll('the markers', async () => ((await stableEnd(brokers, topic)) >= 8 ? true : undefined))
    await atTheEnd.publish([record(topic, 0, '4', 'x')])
    // Its commit marker begins the next segment, where this supersedes all x.
    await keeping.publish([record(topic, 0, large, 'large 2'), record(topic, 0, '5', 'x')])
    await segmentEnds()
    await keeping.publish([record(topic, 0, '6', 'last')])

    const broker = brokers[0] ?? ''
    const tail = await poll('empty batches at the end of a segment', async () => {
      const batches = await rawBatches(broker, topic, 0n)
      const lastFull = batches.findLast(({ records }) => records > 0)
      if (lastFull === undefined) return undefined
      const behind = await rawBatches(broker, topic, lastFull.lastOffset + 1n)
      return behind.length > 0 && behind.every(({ records }) => records === 0) ? { batches, behind } : undefined
    })
    expect(tail.batches.filter(({ records }) => records === 0).length).toBeGreaterThan(tail.behind.length)
    const keys = ['large 1', 'kept', 'large 2', 'x', 'last']
    expect(await readInProcess(topic, 'patched')).toEqual({ hasEnded: true, keys })
    expect(await readInProcess(topic, 'unpatched')).toEqual({ hasEnded: false, keys: ['large 1', 'kept'] })
  })
})
