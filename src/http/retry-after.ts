import type { HttpAnswer } from '../model/http.ts'
import { httpDateMs } from './http-date.ts'

/** The longest wait that we let a provider talk us into. */
export const longestRetryAfterMs = 3_600_000

/**
 * How long the answer's `Retry-After` asks us to wait, 1 ms to one hour, or undefined where it asks for nothing we can
 * read. A date counts from the answer's own `Date`, so that a wrong clock on either side does not matter.
 */
export function retryAfterMs(answer: Pick<HttpAnswer, 'headers' | 'dateMs'>): number | undefined {
  const text = answer.headers['retry-after']?.trim()
  if (text === undefined) return undefined
  const ms = /^\d+(?:\.\d+)?$/.test(text) ? Number(text) * 1000 : (httpDateMs(text) ?? 0) - answer.dateMs
  return ms > 0 ? Math.min(Math.ceil(ms), longestRetryAfterMs) : undefined
}
