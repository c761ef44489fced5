import fc from 'fast-check'
import { expect, test } from 'vitest'
import { isoTimeMs } from '../../src/providers/iso-time.ts'

const anyMs = fc.integer({ min: Date.parse('0000-01-01T00:00:00Z'), max: Date.parse('9999-12-31T23:59:59.999Z') })

test('what Date writes is read as Date reads it', () => {
  fc.assert(
    fc.property(anyMs, (ms) => {
      const text = new Date(ms).toISOString()
      expect(isoTimeMs(text)).toBe(ms)
      expect(isoTimeMs(`${text.slice(0, 19)}Z`)).toBe(Math.floor(ms / 1000) * 1000)
    }),
  )
})

test('T12: any offset and any fraction are read as Date reads them', () => {
  const offset = fc
    .tuple(fc.constantFrom('+', '-'), fc.integer({ min: 0, max: 23 }), fc.integer({ min: 0, max: 59 }))
    .map(([sign, hours, minutes]) => `${sign}${String(hours).padStart(2, '0')}:${String(minutes).padStart(2, '0')}`)
  const fraction = fc.stringMatching(/^[0-9]{1,9}$/)
  fc.assert(
    fc.property(anyMs, fraction, fc.oneof(offset, fc.constant('Z')), (ms, digits, zone) => {
      const text = `${new Date(ms).toISOString().slice(0, 19)}.${digits}${zone}`
      expect(isoTimeMs(text)).toBe(Date.parse(text))
    }),
  )
})

test('no text throws, and what is read is what Date reads', () => {
  const nearly = fc.stringMatching(
    /^20[0-9]{2}-[01][0-9]-[0-3][0-9]T[0-2][0-9]:[0-6][0-9]:[0-6][0-9](\.[0-9]{0,4})?Z?$/,
  )
  fc.assert(
    fc.property(fc.oneof(nearly, fc.string()), (text) => {
      const ms = isoTimeMs(text)
      if (ms !== undefined) expect(ms).toBe(Date.parse(text))
    }),
    { numRuns: 1000 },
  )
})

test.each([
  ['2025-05-18T12:32:15.5-03', Date.parse('2025-05-18T15:32:15.500Z')],
  ['2025-05-18T12:32:15-0330', Date.parse('2025-05-18T16:02:15Z')],
  ['2024-02-29T00:00:00Z', Date.parse('2024-02-29T00:00:00Z')],
  ['2000-02-29T00:00:00Z', Date.parse('2000-02-29T00:00:00Z')],
])('%s', (text, ms) => {
  expect(isoTimeMs(text)).toBe(ms)
})

test.each([
  '',
  '2025-05-18',
  '2025-05-18T15:32:15',
  '2025-05-18T15:32:15.Z',
  '2025-05-18T15:32:15.589',
  '2025-05-18T15:32:15ZZ',
  '2025-05-18T15:32:15z',
  '2025-05-18 15:32:15Z',
  '2025-05-18T15:32:15+25:00',
  '2025-05-18T15:32:15+1:00',
  '2025-05-18T15:32:15+01:00x',
  '2025-02-29T00:00:00Z',
  '1900-02-29T00:00:00Z',
  '2025-04-31T00:00:00Z',
  '2025-13-01T00:00:00Z',
  '2025-00-01T00:00:00Z',
  '2025-01-00T00:00:00Z',
  '2025-05-18T24:00:00Z',
  '2025-05-18T23:60:00Z',
  '2025-05-18T23:59:60Z',
  '2025-0x-18T15:32:15Z',
  'Sun, 18 May 2025 15:36:00 GMT',
  '1747582339839',
  `2025-05-18T15:32:15.${'0'.repeat(99)}Z`,
])('%j is no instant', (text) => {
  expect(isoTimeMs(text)).toBeUndefined()
})
