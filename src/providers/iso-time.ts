const longest = 40
const [zero, dash, colon, dot, letterT, letterZ, plus] = [48, 45, 58, 46, 84, 90, 43]
const minuteMs = 60_000

/**
 * An ISO 8601 instant, `YYYY-MM-DDTHH:MM:SS[.fraction](Z|±HH:MM|±HHMM|±HH)`, as milliseconds since 1970 in UTC.
 *
 * Undefined for everything else: a time without an offset, a date alone, a day that the month does not have, a leap
 * second. Digits after the milliseconds are cut off, as `Date.parse` does. Runs some times for every record that is
 * read, so it works on character codes and allocates nothing.
 */
export function isoTimeMs(text: string): number | undefined {
  if (text.length < 20 || text.length > longest) return undefined
  const century = twoDigits(text, 0)
  const yearOfCentury = twoDigits(text, 2)
  const month = twoDigits(text, 5)
  const day = twoDigits(text, 8)
  const hour = twoDigits(text, 11)
  const minute = twoDigits(text, 14)
  const second = twoDigits(text, 17)
  // Two digits that are none are negative, and one negative makes the whole negative.
  if ((century | yearOfCentury | month | day | hour | minute | second) < 0) return undefined
  if (
    text.charCodeAt(4) !== dash ||
    text.charCodeAt(7) !== dash ||
    text.charCodeAt(10) !== letterT ||
    text.charCodeAt(13) !== colon ||
    text.charCodeAt(16) !== colon
  ) {
    return undefined
  }
  const year = century * 100 + yearOfCentury
  if (month < 1 || month > 12 || day < 1 || day > daysInMonth(year, month)) return undefined
  if (hour > 23 || minute > 59 || second > 59) return undefined
  const seconds = daysSince1970(year, month, day) * 86_400 + hour * 3600 + minute * 60 + second
  return withFractionAndOffset(text, seconds * 1000)
}

/** What follows the seconds: the usual `Z` and `.mmmZ` at once, anything else digit by digit. */
function withFractionAndOffset(text: string, wholeMs: number): number | undefined {
  if (text.length === 20 && text.charCodeAt(19) === letterZ) return wholeMs
  let at = 19
  let milliseconds = 0
  if (text.charCodeAt(at) === dot) {
    let weight = 100
    for (at++; isDigit(text.charCodeAt(at)); at++) {
      milliseconds += (text.charCodeAt(at) - zero) * weight
      weight = weight === 1 ? 0 : weight / 10
    }
    if (at === 20) return undefined
  }
  const offsetMs = offsetFrom(text, at)
  return offsetMs === undefined ? undefined : wholeMs + milliseconds - offsetMs
}

function offsetFrom(text: string, at: number): number | undefined {
  const sign = text.charCodeAt(at)
  const length = text.length - at
  if (sign === letterZ) return length === 1 ? 0 : undefined
  if (sign !== plus && sign !== dash) return undefined
  const hasColon = length === 6 && text.charCodeAt(at + 3) === colon
  if (!hasColon && length !== 5 && length !== 3) return undefined
  const hours = twoDigits(text, at + 1)
  const minutes = length === 3 ? 0 : twoDigits(text, at + (hasColon ? 4 : 3))
  if (hours < 0 || hours > 23 || minutes < 0 || minutes > 59) return undefined
  return (hours * 60 + minutes) * (sign === dash ? -minuteMs : minuteMs)
}

/** The number in two digits, or a negative one where they are no digits. */
function twoDigits(text: string, at: number): number {
  const tens = text.charCodeAt(at)
  const ones = text.charCodeAt(at + 1)
  return isDigit(tens) && isDigit(ones) ? (tens - zero) * 10 + ones - zero : -1
}

function isDigit(code: number): boolean {
  return code >= zero && code <= zero + 9
}

function daysInMonth(year: number, month: number): number {
  if (month !== 2) return month === 4 || month === 6 || month === 9 || month === 11 ? 30 : 31
  return year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0) ? 29 : 28
}

/** Days of the proleptic Gregorian calendar, counted in years that begin in March (H. Hinnant, `days_from_civil`). */
function daysSince1970(year: number, month: number, day: number): number {
  const marchYear = month > 2 ? year : year - 1
  const era = Math.floor(marchYear / 400)
  const yearOfEra = marchYear - era * 400
  const dayOfYear = Math.floor((153 * (month > 2 ? month - 3 : month + 9) + 2) / 5) + day - 1
  const dayOfEra = yearOfEra * 365 + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100) + dayOfYear
  return era * 146_097 + dayOfEra - 719_468
}
