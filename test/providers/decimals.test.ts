import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { decimalTextOf, millisecondsOf } from '../../src/providers/decimals.ts'

describe('T13: seconds in decimals', () => {
  test('are rounded on their digits, half up', () => {
    const digits = fc.stringMatching(/^[0-9]{1,12}$/)
    const fraction = fc.stringMatching(/^[0-9]{1,12}$/)
    fc.assert(
      fc.property(digits, fraction, (whole, rest) => {
        const micros = BigInt(whole + rest.padEnd(12, '0'))
        const expected = (micros + 500_000_000n) / 1_000_000_000n
        expect(millisecondsOf(`${whole}.${rest}`)).toBe(Number(expected))
        expect(millisecondsOf(whole)).toBe(Number(whole) * 1000)
      }),
    )
  })

  test('may be numbers', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 1e9 }), (ms) => {
        expect(millisecondsOf(ms / 1000)).toBe(ms)
      }),
    )
    expect(millisecondsOf(1e-7)).toBe(0)
    expect(millisecondsOf(0.0005)).toBe(1)
  })

  test.each([
    null,
    undefined,
    '',
    '-1',
    -1,
    '.5',
    '1.',
    '1.5x',
    ' 1',
    '1e3',
    '1,5',
    'NaN',
    true,
    [],
    {},
    '1'.repeat(13),
    1e21,
  ])('%j are none', (value) => {
    expect(millisecondsOf(value)).toBeNull()
  })
})

describe('T15: money', () => {
  test('is what was sent', () => {
    for (const text of ['0', '0.0025', '0.00250', '-3', '12345678901234567890.12'])
      expect(decimalTextOf(text)).toBe(text)
  })

  test('of a number has no exponent, and the same value', () => {
    fc.assert(
      fc.property(fc.double({ noNaN: true, noDefaultInfinity: true }), (value) => {
        const text = decimalTextOf(value)
        expect(text).toMatch(/^-?\d+(?:\.\d+)?$/)
        expect(Number(text)).toBe(value === 0 ? 0 : value)
      }),
      { examples: [[1e-7], [1.5e-7], [-2.25e21], [1e300], [5e-324], [123e-9]] },
    )
  })

  test.each([null, undefined, '', 'n/a', '1e3', '1,50', '$1', '.5', '1.', ' 1', true, {}])('is not %j', (value) => {
    expect(decimalTextOf(value)).toBeNull()
  })
})
