/** The candidate that `word` was most likely meant to be, or undefined where none is near. */
export function nearest(word: string, candidates: Iterable<string>): string | undefined {
  let best: string | undefined
  let bestDistance = Math.max(1, Math.floor(word.length * 0.4)) + 1
  for (const candidate of candidates) {
    const distance = editDistance(plain(word), plain(candidate))
    if (distance < bestDistance) {
      best = candidate
      bestDistance = distance
    }
  }
  return best
}

/** `did you mean "poll"?`, or undefined where no candidate is near. */
export function didYouMean(word: string, candidates: Iterable<string>): string | undefined {
  const candidate = nearest(word, candidates)
  return candidate === undefined ? undefined : `did you mean ${JSON.stringify(candidate)}?`
}

/** `rate_limit`, `rate-limit` and `ratelimit` are all the same slip for `rateLimit`. */
function plain(word: string): string {
  return word.toLowerCase().replaceAll(/[-_ ]/g, '')
}

/** Letters to insert, remove, replace or swap with their neighbour to make `a` of `b` (optimal string alignment). */
function editDistance(a: string, b: string): number {
  const rows = [Array.from({ length: b.length + 1 }, (_, index) => index)]
  for (let row = 1; row <= a.length; row++) {
    const current = [row]
    for (let column = 1; column <= b.length; column++) {
      const at = (up: number, left: number) => rows[row - up]?.[column - left] ?? Number.POSITIVE_INFINITY
      const isSwap = a[row - 1] === b[column - 2] && a[row - 2] === b[column - 1]
      const replaced = at(1, 1) + (a[row - 1] === b[column - 1] ? 0 : 1)
      const inserted = (current[column - 1] ?? 0) + 1
      current.push(Math.min(replaced, inserted, at(1, 0) + 1, isSwap ? at(2, 2) + 1 : replaced))
    }
    rows.push(current)
  }
  return rows[a.length]?.[b.length] ?? 0
}
