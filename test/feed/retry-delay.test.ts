import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { retryDelayMs } from '../../src/feed/retry-delay.ts'
import { RingtailError } from '../../src/model/errors.ts'

const fault = (retryable: boolean, retryAfterMs?: number) =>
  new RingtailError('refused', { code: 'RT-TEST', retryable, advice: 'Wait.', retryAfterMs })

describe('retryDelayMs', () => {
  it('doubles from half a second up to half a minute, give or take a quarter', () => {
    const delays = [1, 2, 3, 4, 5, 6, 7, 8].map((failures) => retryDelayMs(failures, new Error('reset'), 0.5))
    expect(delays).toEqual([500, 1_000, 2_000, 4_000, 8_000, 16_000, 30_000, 30_000])
    expect(retryDelayMs(1, new Error('reset'), 0)).toBe(375)
    expect(retryDelayMs(1, new Error('reset'), 0.999_999)).toBeCloseTo(625, 1)
  })

  it('stays within its bounds for every failure and chance', () => {
    const random = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true })
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 5_000 }), random, fc.boolean(), (failures, chance, retryable) => {
        const delay = retryDelayMs(failures, fault(retryable), chance)
        expect(delay).toBeGreaterThanOrEqual(375)
        expect(delay).toBeLessThanOrEqual(37_500)
      }),
    )
  })

  it('is never less than the provider asked for, however deep the cause lies', () => {
    expect(retryDelayMs(1, fault(true, 90_000), 0.9)).toBe(90_000)
    expect(retryDelayMs(1, new Error('outer', { cause: new Error('inner', { cause: fault(true, 90_000) }) }), 0)).toBe(
      90_000,
    )
    expect(retryDelayMs(7, fault(true, 1), 0.5)).toBe(30_000)
  })

  it('asks again within a minute where no retry can help', () => {
    expect(retryDelayMs(1, fault(false), 0)).toBe(22_500)
    expect(retryDelayMs(50, fault(false), 0.999)).toBeLessThanOrEqual(60_000)
  })
})
