import { randomInt } from 'node:crypto'

/** Of everything that a run of the fault tests draws: `RINGTAIL_SEED`, or another one each time. */
export const seed = process.env['RINGTAIL_SEED'] ?? String(randomInt(1_000_000))

/** A test's title with the seed in it, so that a failure says how to draw the same again. */
export function seeded(title: string): string {
  return `${title} (RINGTAIL_SEED=${seed})`
}
