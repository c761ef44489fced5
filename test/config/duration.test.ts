import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { durationMs, durationText, expectedDuration } from '../../src/config/duration.ts'

const sizes = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 }
const unit = fc.constantFrom(...(Object.keys(sizes) as (keyof typeof sizes)[]))

describe('durationMs', () => {
  it.each([
    ['250ms', 250],
    ['15s', 15_000],
    ['1.5h', 5_400_000],
    ['24h', 86_400_000],
    ['7d', 604_800_000],
    ['0s', 0],
  ])('reads %s', (text, value) => {
    expect(durationMs(text)).toBe(value)
  })

  it.each(['', '30', '-5s', '+5s', '5 s', '5S', '1w', '1y', '1e3s', '.5s', '5.s', '5 minutes', 'soon', '1h30m', 's'])(
    'refuses %j',
    (text) => {
      expect(durationMs(text)).toBeUndefined()
    },
  )

  it('reads any whole number of any unit', () => {
    fc.assert(
      fc.property(fc.nat({ max: 100_000_000 }), unit, (value, name) => {
        expect(durationMs(`${value}${name}`)).toBe(value * sizes[name])
      }),
    )
  })

  it('reads no text without a unit of ours', () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        fc.pre(!/^\d+(\.\d+)?(ms|s|m|h|d)$/.test(text))
        expect(durationMs(text)).toBeUndefined()
      }),
    )
  })

  it('refuses more milliseconds than a number holds', () => {
    expect(durationMs('999999999999d')).toBeUndefined()
  })
})

describe('durationText', () => {
  it('is read as the same duration', () => {
    fc.assert(
      fc.property(fc.nat({ max: 10_000_000 }), unit, (value, name) => {
        expect(durationMs(durationText(value * sizes[name]))).toBe(value * sizes[name])
      }),
    )
  })

  it('takes the largest unit that is exact', () => {
    expect([90_000, 60_000, 0, 1_001].map(durationText)).toEqual(['90s', '1m', '0s', '1001ms'])
  })
})

describe('expectedDuration', () => {
  it('says what is missing', () => {
    expect(expectedDuration('soon')).toBe('a duration such as 30s')
    expect(expectedDuration(30)).toContain('with a unit')
    expect(expectedDuration('-5s')).toContain('not negative')
  })
})
