import { isDeepStrictEqual } from 'node:util'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { canonicalJson } from '../../src/ledger/canonical-json.ts'
import type { JsonValue } from '../../src/model/json.ts'

/** RFC 8785 section 3.2 in its plainest form. */
function reference(value: JsonValue): string {
  if (value === null || typeof value !== 'object') return JSON.stringify(value)
  if (Array.isArray(value)) return `[${value.map(reference).join(',')}]`
  const fields = Object.entries(value) as [string, JsonValue][]
  fields.sort(([a], [b]) => (a < b ? -1 : 1))
  return `{${fields.map(([key, field]) => `${JSON.stringify(key)}:${reference(field)}`).join(',')}}`
}

/** The same value with every object's keys inserted in another order. */
function shuffled(value: JsonValue, random: () => number): JsonValue {
  if (value === null || typeof value !== 'object') return value
  if (Array.isArray(value)) return value.map((each: JsonValue) => shuffled(each, random))
  const fields = Object.entries(value).map(([key, field]) => ({
    key,
    field: shuffled(field as JsonValue, random),
    at: random(),
  }))
  return Object.fromEntries(fields.sort((a, b) => a.at - b.at).map(({ key, field }) => [key, field]))
}

const json = fc.jsonValue({ maxDepth: 4 }) as fc.Arbitrary<JsonValue>
/** Few keys that often meet, integer-like and nested ones among them. */
const record = fc.dictionary(fc.constantFrom('2', '10', '1', 'a', 'B', 'é', '', '__proto__', 'toString'), json)

describe('canonicalJson', () => {
  it('sorts keys by code unit, integer-like ones as text, at every level', () => {
    expect(canonicalJson({ b: 1, a: { '10': 1, '9': 2, Z: [{ y: 1, x: 2 }] } }, [])).toBe(
      '{"a":{"10":1,"9":2,"Z":[{"x":2,"y":1}]},"b":1}',
    )
    expect(canonicalJson({ '10': 1, '9': 2 }, [])).toBe('{"10":1,"9":2}')
    expect(canonicalJson([{ '2': 0, '10': 0 }], ['x'])).toBe('[{"10":0,"2":0}]')
  })

  it('gives the texts of RFC 8785', () => {
    const numbers = JSON.parse(
      `{"numbers":[333333333.33333329,1E30,4.50,2e-3,0.000000000000000000000000001],
        "string":"\\u20ac$\\u000F\\u000aA'\\u0042\\u0022\\u005c\\\\\\"\\/","literals":[null,true,false]}`,
    ) as JsonValue
    expect(canonicalJson(numbers, [])).toBe(
      `{"literals":[null,true,false],"numbers":[333333333.3333333,1e+30,4.5,0.002,1e-27],"string":"€$\\u000f\\nA'B\\"\\\\\\\\\\"/"}`,
    )
    const keys = { '€': 1, '\r': 2, '\ufb33': 3, '1': 4, '😀': 5, '\u0080': 6, ö: 7 }
    const text = canonicalJson(keys, [])
    expect(text.match(/\d(?=[,}])/g)?.join('')).toBe('2467153')
  })

  it('leaves out volatile fields of the top level only, and absent ones', () => {
    const value = { now: 1, id: 'x', inner: { now: 2 } }
    expect(canonicalJson(value, ['now'])).toBe('{"id":"x","inner":{"now":2}}')
    expect(canonicalJson(value, ['then'])).toBe('{"id":"x","inner":{"now":2},"now":1}')
    expect(canonicalJson([{ now: 1 }], ['now'])).toBe('[{"now":1}]')
    expect(canonicalJson({ now: 1 }, ['now'])).toBe('{}')
  })

  it('agrees with the plain reference, with and without volatile fields', () => {
    fc.assert(
      fc.property(fc.oneof(json, record), (value) => {
        expect(canonicalJson(value, [])).toBe(reference(value))
        expect(canonicalJson(value, ['no such field'])).toBe(reference(value))
      }),
      { numRuns: 2_000 },
    )
  })

  it('is the same for every order of keys', () => {
    fc.assert(
      fc.property(
        fc.oneof(json, record),
        fc.infiniteStream(fc.double({ min: 0, max: 1, noNaN: true })),
        (value, stream) => {
          const other = shuffled(value, () => stream.next().value ?? 0)
          expect(canonicalJson(other, [])).toBe(canonicalJson(value, []))
        },
      ),
      { numRuns: 1_000 },
    )
  })

  it('differs for values that differ', () => {
    const plain = (value: JsonValue) => JSON.parse(JSON.stringify(value)) as JsonValue
    fc.assert(
      fc.property(fc.oneof(json, record), fc.oneof(json, record), (a, b) => {
        expect(canonicalJson(a, []) === canonicalJson(b, [])).toBe(isDeepStrictEqual(plain(a), plain(b)))
      }),
      { numRuns: 1_000 },
    )
  })

  it('is read back as the same value', () => {
    fc.assert(
      fc.property(json, (value) => {
        expect(JSON.parse(canonicalJson(value, []))).toEqual(JSON.parse(JSON.stringify(value)))
      }),
    )
  })
})
