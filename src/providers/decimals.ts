import type { JsonValue } from '../model/json.ts'
import { numberText } from './scalars.ts'

const zero = 48
const dot = 46

/**
 * Money as decimal text, exactly as sent: `"0.00250"` keeps its zeros, a number gets the digits that JSON shows, never
 * an exponent. Null for what is no decimal (`"n/a"`, `"1e3"`, `"1,50"`, a boolean), so that nobody takes it for an amount.
 */
export function decimalTextOf(value: JsonValue | undefined): string | null {
  if (typeof value === 'number') return numberText(value)
  if (typeof value !== 'string') return null
  return /^-?\d+(?:\.\d+)?$/.test(value) ? value : null
}

/**
 * Seconds, given as a number or as decimal text, in milliseconds: half a millisecond is rounded up. Worked out on the
 * digits, so no float error: `"1.0005"` is 1001. Null for what is no decimal, is negative, or is too long to be counted.
 */
export function millisecondsOf(seconds: JsonValue | undefined): number | null {
  const text = typeof seconds === 'number' ? numberText(seconds) : seconds
  if (typeof text !== 'string') return null
  let whole = 0
  let at = 0
  for (let digit = digitAt(text, 0); digit >= 0; digit = digitAt(text, ++at)) whole = whole * 10 + digit
  // More than 12 digits of seconds would lose milliseconds in a double.
  if (at === 0 || at > 12) return null
  if (at === text.length) return whole * 1000
  return text.charCodeAt(at) === dot ? withFraction(text, at + 1, whole * 1000) : null
}

function withFraction(text: string, from: number, wholeMs: number): number | null {
  let milliseconds = wholeMs
  let weight = 100
  let at = from
  for (let digit = digitAt(text, at); digit >= 0; digit = digitAt(text, ++at)) {
    if (at < from + 3) {
      milliseconds += digit * weight
      weight /= 10
    } else if (at === from + 3 && digit >= 5) {
      milliseconds++
    }
  }
  return at > from && at === text.length ? milliseconds : null
}

/** The digit at a place of a text, or -1 where there is none. */
function digitAt(text: string, at: number): number {
  const digit = text.charCodeAt(at) - zero
  return digit >= 0 && digit <= 9 ? digit : -1
}
