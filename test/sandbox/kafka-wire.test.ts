import fc from 'fast-check'
import { expect, test } from 'vitest'
import { frames, readCoordinator, readMetadata, replaceAddresses } from '../../sandbox/kafka-wire.ts'

function framed(body: Uint8Array): Buffer {
  const length = Buffer.alloc(4)
  length.writeInt32BE(body.length)
  return Buffer.concat([length, body])
}

async function* inChunks(bytes: Buffer, size: number): AsyncGenerator<Buffer> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size)
}

test('messages come out whole however the bytes arrive', () =>
  fc.assert(
    fc.asyncProperty(fc.array(fc.uint8Array({ maxLength: 50 })), fc.integer({ min: 1, max: 70 }), async (all, size) => {
      const messages = all.map(framed)
      const received: Buffer[] = []
      for await (const message of frames(inChunks(Buffer.concat(messages), size))) received.push(message)
      expect(received).toEqual(messages)
    }),
  ))

const int32 = (value: number): Buffer => framed(new Uint8Array(value)).subarray(0, 4)
const text = (value: string): Buffer => Buffer.concat([int32(value.length).subarray(2), Buffer.from(value)])
const noText = Buffer.from([0xff, 0xff])
const brokers = [int32(2), int32(1), text('a'), int32(9092), noText, int32(2), text('bb'), int32(9093), text('rack')]
const translate = (address: string): string => (address === 'bb:9093' ? 'localhost:70' : address)

test('brokers of a Metadata answer are found and replaced', () => {
  const answer = framed(Buffer.concat([int32(7), int32(0), ...brokers, text('cluster'), int32(1), int32(0)]))
  const before = readMetadata(answer, 5)
  expect(before.clusterId).toBe('cluster')
  const replaced = replaceAddresses(answer, before.brokers, translate)
  expect(replaced.readInt32BE(0)).toBe(replaced.length - 4)
  const after = readMetadata(replaced, 5)
  expect(after.brokers).toMatchObject([
    { nodeId: 1, host: 'a', port: 9092 },
    { nodeId: 2, host: 'localhost', port: 70 },
  ])
  expect(after.clusterId).toBe('cluster')
  expect(replaceAddresses(answer, before.brokers, (address) => address)).toEqual(answer)
})

test.each([
  [0, [int32(7), Buffer.alloc(2)]],
  [1, [int32(7), int32(0), Buffer.alloc(2), noText]],
  [2, [int32(7), int32(0), Buffer.alloc(2), text('none')]],
])('the broker of a FindCoordinator answer of version %i is found', (version, head) => {
  const answer = framed(Buffer.concat([...head, int32(2), text('bb'), int32(9093)]))
  const replaced = replaceAddresses(answer, [readCoordinator(answer, version)], translate)
  expect(readCoordinator(replaced, version)).toMatchObject({ nodeId: 2, host: 'localhost', port: 70 })
})

test('later versions, which are laid out differently, are refused', () => {
  expect(() => readMetadata(framed(new Uint8Array(20)), 9)).toThrow('Metadata version 9')
  expect(() => readCoordinator(framed(new Uint8Array(20)), 3)).toThrow('FindCoordinator version 3')
})
