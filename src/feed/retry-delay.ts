import { causeOf, RingtailError } from '../model/errors.ts'

const firstDelayMs = 500
const longestDelayMs = 30_000
const longestRefusedMs = 45_000

/**
 * How long a feed waits after its n-th failure in a row (1 for the first): doubling from half a second up to half a
 * minute, with jitter of a quarter, and never less than the provider asked for. `random` is in [0, 1).
 */
export function retryDelayMs(failures: number, error: unknown, random: number): number {
  const known = causeOf(error, RingtailError)
  // What no retry can mend is still asked again within a minute: somebody may have mended it meanwhile.
  const base =
    known?.retryable === false ? longestDelayMs : Math.min(longestDelayMs, firstDelayMs * 2 ** (failures - 1))
  const delayMs = Math.max(base * (0.75 + random / 2), known?.retryAfterMs ?? 0)
  // Whoever is refused asks again within a minute, whatever the provider says: the credentials may be right by then.
  return known?.status === 401 || known?.status === 403 ? Math.min(delayMs, longestRefusedMs) : delayMs
}
