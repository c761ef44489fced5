import { setTimeout as sleep } from 'node:timers/promises'
import { causeOf, RingtailError } from './model/errors.ts'

const firstDelayMs = 500
const longestDelayMs = 10_000

/**
 * Does `work` until it succeeds, waiting longer and longer in between; `waiting` hears of each failure.
 * Throws at once what no retry can mend, and the signal's reason.
 */
export async function patiently<T>(
  work: () => Promise<T>,
  waiting: (error: unknown, retryInMs: number) => void,
  signal: AbortSignal,
): Promise<T> {
  for (let delayMs = firstDelayMs; ; delayMs = Math.min(delayMs * 2, longestDelayMs)) {
    signal.throwIfAborted()
    try {
      return await work()
    } catch (error) {
      signal.throwIfAborted()
      if (causeOf(error, RingtailError)?.retryable === false) throw error
      waiting(error, delayMs)
      await sleep(delayMs, undefined, { signal })
    }
  }
}
