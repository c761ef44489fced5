import fc from 'fast-check'
import { expect, test } from 'vitest'
import { rawItems } from '../../src/providers/json-items.ts'

test('the texts of the items parse to the items, whatever is around and in them', () => {
  const items = fc.array(fc.jsonValue(), { maxLength: 5 })
  fc.assert(
    fc.property(items, fc.jsonValue(), fc.constantFrom(undefined, 1, '\t'), (values, other, indent) => {
      const body = JSON.stringify({ before: other, items: values, after: { items: other } }, undefined, indent)
      const item = rawItems(body, 'items')
      expect(values.map((_, index) => JSON.parse(item(index)))).toEqual(JSON.parse(JSON.stringify(values)))
    }),
  )
})

test('texts keep digits, order and blanks', () => {
  const body = ' {"a":"]}\\"","\\u0069tems" : [ {"b":1.10, "a":12345678901234567890} ,"x,y\\\\", [1,[2]] ]} '
  const item = rawItems(body, 'items')
  expect([0, 1, 2].map(item)).toEqual(['{"b":1.10, "a":12345678901234567890}', '"x,y\\\\"', '[1,[2]]'])
})

test('of a repeated key the last counts, as in JSON.parse', () => {
  expect(rawItems('{"items":[1],"items":[2]}', 'items')(0)).toBe('2')
})
