import { expect, test } from 'vitest'
import { httpDateMs } from '../../src/http/http-date.ts'
import { retryAfterMs } from '../../src/http/retry-after.ts'

const dateMs = Date.UTC(2026, 10, 1, 10)

test.each([
  ['30', 30_000],
  [' 1 ', 1_000],
  ['0.25', 250],
  ['999999999999', 3_600_000],
  ['Sun, 01 Nov 2026 10:00:30 GMT', 30_000],
  ['Sunday, 01-Nov-26 10:00:30 GMT', 30_000],
  ['Sun Nov  1 10:00:30 2026', 30_000],
  ['Mon, 02 Nov 2026 10:00:00 GMT', 3_600_000],
  ['Sun, 01 Nov 2026 09:59:59 GMT', undefined],
  ['Sun, 01 Nov 2026 10:00:00 GMT', undefined],
  ['0', undefined],
  ['-5', undefined],
  ['1e3', undefined],
  ['5 apples', undefined],
  ['Sun, never', undefined],
  ['', undefined],
])('Retry-After: %s asks for %s ms', (text, ms) => {
  expect(retryAfterMs({ headers: { 'retry-after': text }, dateMs })).toBe(ms)
})

test('no Retry-After asks for nothing', () => {
  expect(retryAfterMs({ headers: {}, dateMs })).toBeUndefined()
})

test('what is no HTTP date is none', () => {
  for (const text of [undefined, '', '2026-11-01', '5', 'Sun']) expect(httpDateMs(text)).toBeUndefined()
})
