import fc from 'fast-check'
import { parsePhoneNumberFromString } from 'libphonenumber-js/min'
import { expect, test } from 'vitest'
import { e164 } from '../../src/providers/phone-number.ts'

test.each([
  ['+15012678830', '+15012678830'],
  ['+1 (501) 267-8830', '+15012678830'],
  ['+44 20 7183 8750', '+442071838750'],
  ['+353 1 234 5678', '+35312345678'],
  ['+1501', null],
  ['+999123456789', null],
  ['+15012678830 ext. 5', null],
  ['+anonymous', null],
  ['15012678830', null],
  ['anonymous', null],
  ['sip:+15012678830@10.0.0.1', null],
  ['', null],
  ['+', null],
  [`+1501267883${'0'.repeat(100)}`, null],
])('T18: %j is %j', (raw, number) => {
  expect(e164(raw, undefined)).toBe(number)
})

test.each([
  ['15012678830', 'US', '+15012678830'],
  ['5012678830', 'US', '+15012678830'],
  ['(501) 267-8830', 'CA', '+15012678830'],
  ['442071838750', 'GB', '+442071838750'],
  ['02071838750', 'GB', '+442071838750'],
  ['15012678830', 'GB', null],
  ['1001', 'US', null],
  ['911', 'US', null],
  ['15012678830x5', 'US', null],
  ['15012678830', 'XX', null],
  ['+442071838750', 'US', '+442071838750'],
])('T18: %j in %s is %j', (raw, region, number) => {
  expect(e164(raw, region)).toBe(number)
  expect(e164(raw, region)).toBe(number)
})

test('the short way for North America says what the library says', () => {
  const ten = fc.stringMatching(/^[2-9][0-9]{2}[2-9][0-9]{6}$/)
  fc.assert(
    fc.property(ten, fc.constantFrom('+1', '1', ''), (digits, prefix) => {
      const region = prefix === '+1' ? undefined : 'US'
      const number = parsePhoneNumberFromString(prefix + digits, { extract: false, defaultCountry: 'US' })
      expect(number?.isPossible()).toBe(true)
      expect(e164(prefix + digits, region)).toBe(number?.number)
    }),
  )
})

test('more numbers than are remembered are still right', () => {
  for (let number = 0; number < 12_000; number++) {
    const raw = `+4420${71_000_000 + number}`
    expect(e164(raw, undefined)).toBe(raw)
  }
})
