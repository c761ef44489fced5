import { setTimeout as sleep } from 'node:timers/promises'

/** How long and how often to ask. */
export interface PollLimits {
  readonly withinMs?: number
  readonly everyMs?: number
}

/**
 * The first answer of `ask` that is not undefined.
 *
 * Throws what `ask` throws, and an error that names `what` when there is no answer `withinMs` (30 s unless given).
 */
export async function poll<T>(
  what: string,
  ask: () => Promise<T | undefined> | T | undefined,
  { withinMs = 30_000, everyMs = 50 }: PollLimits = {},
): Promise<T> {
  const deadline = performance.now() + withinMs
  for (;;) {
    const answer = await ask()
    if (answer !== undefined) return answer
    if (performance.now() > deadline) throw new Error(`${what}: not within ${withinMs} ms`)
    await sleep(everyMs)
  }
}
