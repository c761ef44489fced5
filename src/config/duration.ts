import ms, { type StringValue } from 'ms'

/** What a duration looks like in the configuration: a whole or decimal number and its unit. */
export const durationPattern = /^\d{1,12}(?:\.\d{1,6})?(?:ms|s|m|h|d)$/

/** The milliseconds of a duration such as `250ms`, `15s`, `1.5h` or `7d`, rounded; undefined where `text` is none. */
export function durationMs(text: string): number | undefined {
  if (!isDuration(text)) return undefined
  const value = Math.round(ms(text))
  return Number.isSafeInteger(value) ? value : undefined
}

/** What is wrong with a text that `durationMs` refuses, as the end of "expected …". */
export function expectedDuration(text: unknown): string {
  const shown = String(text).trim()
  if (/^\d+(\.\d+)?$/.test(shown)) return 'a duration with a unit (ms, s, m, h or d) such as 30s'
  if (shown.startsWith('-')) return 'a duration that is not negative, such as 30s'
  return 'a duration such as 30s'
}

const units = [
  ['d', 86_400_000],
  ['h', 3_600_000],
  ['m', 60_000],
  ['s', 1_000],
] as const

/** The shortest text that `durationMs` reads as exactly `value` milliseconds: `90s`, not `2m`. */
export function durationText(value: number): string {
  if (value === 0) return '0s'
  for (const [unit, size] of units) {
    if (value % size === 0) return `${value / size}${unit}`
  }
  return `${value}ms`
}

function isDuration(text: string): text is StringValue {
  return durationPattern.test(text)
}
