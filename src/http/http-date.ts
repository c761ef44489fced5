const startsWithWeekday = /^(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun)[a-z]*,? /

/**
 * The time that an HTTP date (RFC 9110, 5.6.7) says, milliseconds, or undefined where the text is none.
 * `Date.parse` alone would take `5 apples` for the year 2001.
 */
export function httpDateMs(text: string | undefined): number | undefined {
  if (text === undefined || !startsWithWeekday.test(text)) return undefined
  // The oldest of the three forms (asctime) names no zone; all three mean UTC.
  const ms = Date.parse(text.endsWith('GMT') ? text : `${text} GMT`)
  return Number.isFinite(ms) ? ms : undefined
}
