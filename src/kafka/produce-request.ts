import { createRequire } from 'node:module'
import { type BatchRecord, batchHeaderBytes, encodeRecords, sealBatch } from './record-batch.ts'

const require = createRequire(import.meta.url)
const Encoder = require('kafkajs/src/protocol/encoder') as new (size?: number) => { buf: Buffer; offset: number }
const { lookupCodec } = require('kafkajs/src/protocol/message/compression') as {
  lookupCodec: (type: number) => { compress(encoder: { readonly buffer: Buffer }): Promise<Buffer> } | null
}

/** What kafkajs makes a Produce request (version 3 to 7) of. */
interface ProduceOrder {
  readonly acks: number
  readonly timeout: number
  readonly transactionalId?: string | null
  readonly producerId: { toString(): string }
  readonly producerEpoch: number
  readonly compression?: number
  readonly topicData: readonly {
    readonly topic: string
    readonly partitions: readonly {
      readonly partition: number
      readonly firstSequence: number
      readonly messages: readonly BatchRecord[]
    }[]
  }[]
}

const produceApiKey = 0

replaceProduceRequest()

/** kafkajs makes an encoder for every record and copies each byte several times; this makes one buffer a request. */
function replaceProduceRequest(): void {
  const path = require.resolve('kafkajs/src/protocol/requests/produce/v3/request')
  require(path)
  const module = require.cache[path]
  if (module === undefined) throw new Error('kafkajs has no Produce request where one is expected')
  module.exports = (order: ProduceOrder) => ({
    apiKey: produceApiKey,
    apiVersion: 3,
    apiName: 'Produce',
    expectResponse: () => order.acks !== 0,
    encode: async () => {
      const encoded = await encodeProduce(order)
      return Object.assign(new Encoder(1), { buf: encoded, offset: encoded.length })
    },
  })
}

/** transactional_id acks timeout [topic [partition record_set]], Kafka's Produce request of version 3. */
async function encodeProduce(order: ProduceOrder): Promise<Buffer> {
  const type = order.compression ?? 0
  const topics = await Promise.all(
    order.topicData.map(async ({ topic, partitions }) => ({
      topic,
      // Codecs work on other threads, all partitions at once.
      partitions: await Promise.all(
        partitions.map(async (at) => ({ ...at, body: await compressed(encodeRecords(at.messages), type) })),
      ),
    })),
  )
  const id = order.transactionalId ?? null
  let size = 2 + (id === null ? 0 : Buffer.byteLength(id)) + 2 + 4 + 4
  for (const { topic, partitions } of topics) {
    size += 2 + Buffer.byteLength(topic) + 4
    for (const { body } of partitions) size += 4 + 4 + batchHeaderBytes + body.length
  }
  const out = Buffer.allocUnsafe(size)
  let at = writeString(out, 0, id)
  at = out.writeInt16BE(order.acks, at)
  at = out.writeInt32BE(order.timeout, at)
  at = out.writeInt32BE(topics.length, at)
  const timestampMs = Date.now()
  for (const { topic, partitions } of topics) {
    at = writeString(out, at, topic)
    at = out.writeInt32BE(partitions.length, at)
    for (const { partition, firstSequence, messages, body } of partitions) {
      at = out.writeInt32BE(partition, at)
      at = out.writeInt32BE(batchHeaderBytes + body.length, at)
      body.copy(out, at + batchHeaderBytes)
      at = sealBatch(out, at, body.length, {
        records: messages.length,
        compressionType: type,
        isTransactional: id !== null,
        timestampMs,
        producerId: BigInt(order.producerId.toString()),
        producerEpoch: order.producerEpoch,
        firstSequence,
      })
    }
  }
  return out
}

async function compressed(records: Buffer, type: number): Promise<Buffer> {
  const codec = lookupCodec(type)
  return codec === null ? records : codec.compress({ buffer: records })
}

function writeString(out: Buffer, start: number, text: string | null): number {
  if (text === null) return out.writeInt16BE(-1, start)
  const at = out.writeInt16BE(Buffer.byteLength(text), start)
  return at + out.write(text, at)
}
