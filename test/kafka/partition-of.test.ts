import { createRequire } from 'node:module'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { murmur2, partitionOf } from '../../src/kafka/partition-of.ts'

// What kafka-clients 4.3.1 (Java) makes of these keys: the partition of 6, of 12 and of 50, and of all that there are.
const keys = [
  { key: '', of6: 3, of12: 9, of50: 31, murmur2: 275646681 },
  { key: '0', of6: 2, of12: 8, of50: 46, murmur2: 971027396 },
  { key: 'a', of6: 4, of12: 4, of50: 24, murmur2: -1563381124 },
  { key: '21', of6: 0, of12: 0, of50: 40, murmur2: -973932308 },
  { key: 'foobar', of6: 0, of12: 6, of50: 16, murmur2: -790332482 },
  { key: 'ringtail', of6: 0, of12: 0, of50: 0, murmur2: 1174298700 },
  { key: 'acme:main:1700000000.42', of6: 1, of12: 7, of50: 43, murmur2: 1305270643 },
  { key: 'acme:main:call-000001', of6: 1, of12: 7, of50: 33, murmur2: 1474617283 },
  { key: 'zürich', of6: 2, of12: 8, of50: 6, murmur2: 1564393856 },
  { key: '+15551230000', of6: 1, of12: 7, of50: 7, murmur2: 968043307 },
]

describe.each(keys)('the key "$key"', ({ key, of6, of12, of50, murmur2 }) => {
  test('has the partition that Java gives to it', () => {
    expect([6, 12, 50].map((partitions) => partitionOf(key, partitions))).toEqual([of6, of12, of50])
    expect(partitionOf(key, 2 ** 31)).toBe(murmur2 & 0x7fffffff)
  })
})

test('a key is the same as text and as bytes, and its partition is one of those there are', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), fc.integer({ min: 1, max: 1000 }), (key, partitions) => {
      const partition = partitionOf(key, partitions)
      expect(partitionOf(Buffer.from(key), partitions)).toBe(partition)
      expect(Number.isInteger(partition) && partition >= 0 && partition < partitions).toBe(true)
    }),
  )
})

test('the hash is the one that kafkajs has', () => {
  const theirs: (key: Buffer) => number = createRequire(import.meta.url)(
    'kafkajs/src/producer/partitioners/default/murmur2',
  )
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 64 }), (bytes) => {
      expect(murmur2(Buffer.from(bytes))).toBe(theirs(Buffer.from(bytes)))
    }),
  )
})
