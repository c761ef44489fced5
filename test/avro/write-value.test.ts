import avsc from 'avsc'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { Misfit, type Write, writeDouble, writeInt, writeLong, writeString } from '../../src/avro/write-value.ts'
import { valuesOf } from './samples.ts'

/** What is written where there is room. */
function bytesOf(write: Write, value: unknown): Buffer {
  const buffer = Buffer.alloc(100_000)
  return buffer.subarray(7, write(buffer, 7, value))
}

describe.each([
  ['string', writeString],
  ['int', writeInt],
  ['long', writeLong],
  ['double', writeDouble],
] as const)('%s', (name, write) => {
  const type = avsc.Type.forSchema(name)

  test('is written as avsc writes it', () => {
    fc.assert(
      fc.property(valuesOf(type), (value) => {
        expect(bytesOf(write, value)).toEqual(type.toBuffer(value))
      }),
    )
  })

  test('takes as much room as it says where there is none', () => {
    fc.assert(
      fc.property(valuesOf(type), fc.nat(100), (value, room) => {
        const needed = bytesOf(write, value)
        const buffer = Buffer.alloc(Math.min(room, needed.length))
        expect(write(buffer, 0, value)).toBe(needed.length)
        if (room >= needed.length) expect(buffer).toEqual(needed)
      }),
    )
  })

  test.each([undefined, null, {}, [], true, 1n])('refuses %s', (value) => {
    expect(() => bytesOf(write, value)).toThrow(Misfit)
  })
})

test.each([0, 1, 15, 16, 17, 20, 21, 31, 32, 62, 63, 64, 65, 2_730, 2_731, 8_191, 8_192, 20_000])(
  'strings of %i characters are written whole, wherever the buffer ends',
  (length) => {
    const type = avsc.Type.forSchema('string')
    for (const character of ['a', 'é', '€', '😀']) {
      const value = `${'a'.repeat(Math.max(0, length - character.length))}${character}`
      const whole = `${character.repeat(length)}`
      for (const text of [value, whole]) {
        const expected = type.toBuffer(text)
        for (const room of [0, 1, 2, 3, 5, 8, 64, 3 * length]) {
          const buffer = Buffer.alloc(expected.length + room)
          expect(writeString(buffer, 0, text)).toBe(expected.length)
          expect(buffer.subarray(0, expected.length).equals(expected)).toBe(true)
        }
      }
    }
  },
)

test.each(['\ud800', `${'a'.repeat(40)}\udc00`, '\ud800'.repeat(3_000)])(
  'half a surrogate pair becomes U+FFFD',
  (value) => {
    const text = avsc.Type.forSchema('string').fromBuffer(bytesOf(writeString, value))
    expect(text).toBe(value.toWellFormed())
  },
)

test.each([
  [2 ** 31, '8080808010'],
  [-(2 ** 31) - 1, '8180808010'],
  [9_007_199_254_740_990, 'fcffffffffffff1f'],
  [-9_007_199_254_740_990, 'fbffffffffffff1f'],
])('the long %i is exact', (value, hex) => {
  expect(bytesOf(writeLong, value).toString('hex')).toBe(hex)
})

test.each([1.5, Number.NaN, Number.POSITIVE_INFINITY, 2 ** 53, -(2 ** 53)])('the number %d is no long', (value) => {
  expect(() => bytesOf(writeLong, value)).toThrow(Misfit)
})

test.each([1.5, 2 ** 31, -(2 ** 31) - 1])('the number %d is no int', (value) => {
  expect(() => bytesOf(writeInt, value)).toThrow(Misfit)
})
