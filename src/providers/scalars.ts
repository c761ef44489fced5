import type { JsonValue } from '../model/json.ts'

/**
 * A field as text: strings as sent, numbers in plain decimals, everything else as JSON. Null where the provider said
 * nothing: the field is missing, null or an empty string.
 */
export function textOf(value: JsonValue | undefined): string | null {
  if (typeof value === 'string') return value === '' ? null : value
  if (value === undefined || value === null) return null
  return typeof value === 'number' ? numberText(value) : JSON.stringify(value)
}

/** Whether the provider said anything: not missing, not null, not an empty string. */
export function isSaid(value: JsonValue | undefined): value is JsonValue {
  return value !== undefined && value !== null && value !== ''
}

/**
 * A record's id: a string without the blanks and apostrophes around it that spreadsheets ask for, or a whole number.
 * Undefined where there is none, and for a number beyond 2^53, whose last digits are lost already.
 */
export function idOf(value: JsonValue | undefined): string | undefined {
  if (typeof value === 'number') return Number.isSafeInteger(value) ? String(value) : undefined
  if (typeof value !== 'string') return undefined
  const id = needsCleaning(value) ? value.replace(/^[\s'’"]+|[\s'’"]+$/g, '') : value
  return id === '' ? undefined : id
}

/** Letters and digits at both ends, as nearly every id has them. */
function needsCleaning(id: string): boolean {
  return !(isPlain(id.charCodeAt(0)) && isPlain(id.charCodeAt(id.length - 1)))
}

/** ASCII from `0` on: neither blank nor quote, and nothing from beyond ASCII, where there are more of both. */
function isPlain(code: number): boolean {
  return code >= 48 && code < 127
}

/** A whole number, given as a number or in digits: `200`, `"200"`. Null for everything else, and beyond 32 bits. */
export function integerOf(value: JsonValue | undefined): number | null {
  if (typeof value === 'number') return Number.isInteger(value) && Math.abs(value) < 2 ** 31 ? value : null
  return typeof value === 'string' && /^\s*-?\d{1,9}\s*$/.test(value) ? Number(value) : null
}

/** A finite number in decimals without an exponent: `1e-7` is `0.0000001`. */
export function numberText(value: number): string {
  const text = String(value)
  const [mantissa = '', exponentText] = text.split('e')
  if (exponentText === undefined) return text
  const exponent = Number(exponentText)
  const sign = mantissa.startsWith('-') ? '-' : ''
  const [whole = '', fraction = ''] = mantissa.replace('-', '').split('.')
  if (exponent < 0) return `${sign}0.${'0'.repeat(-exponent - whole.length)}${whole}${fraction}`
  return sign + whole + fraction.padEnd(exponent, '0')
}
