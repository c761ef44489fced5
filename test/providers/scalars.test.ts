import { expect, test } from 'vitest'
import { idOf, integerOf, isSaid, textOf } from '../../src/providers/scalars.ts'

test.each([
  ['text', 'text'],
  [' as sent ', ' as sent '],
  ['', null],
  [null, null],
  [undefined, null],
  [15012678830, '15012678830'],
  [false, 'false'],
  [['a', 1], '["a",1]'],
])('the text of %j is %j', (value, text) => {
  expect(textOf(value)).toBe(text)
})

test.each([
  ['c02a73b2-8401', 'c02a73b2-8401'],
  [' padded\n', 'padded'],
  ["'2020010112345678", '2020010112345678'],
  ['"’2020"', '2020'],
  ['ümlaut', 'ümlaut'],
  [42, '42'],
  [Number.MAX_SAFE_INTEGER, '9007199254740991'],
  [2 ** 53, undefined],
  [1.5, undefined],
  ['', undefined],
  [" ' ", undefined],
  [null, undefined],
  [true, undefined],
  [{ id: 1 }, undefined],
])('the id in %j is %j', (value, id) => {
  expect(idOf(value)).toBe(id)
})

test.each([
  [200, 200],
  ['200', 200],
  [' 486 ', 486],
  ['-1', -1],
  ['200 OK', null],
  ['', null],
  ['0x10', null],
  [200.5, null],
  [2 ** 31, null],
  ['9999999999', null],
  [null, null],
  [undefined, null],
  [true, null],
])('the whole number in %j is %j', (value, integer) => {
  expect(integerOf(value)).toBe(integer)
})

test('nothing is said by null, by an empty string and by a missing field', () => {
  expect([null, undefined, ''].map(isSaid)).toEqual([false, false, false])
  expect([0, false, ' ', [], {}].map(isSaid)).toEqual([true, true, true, true, true])
})
