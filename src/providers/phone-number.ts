import { isSupportedCountry, parsePhoneNumberFromString } from 'libphonenumber-js/min'

/** NANP numbers: area code and exchange begin with 2 to 9. Half of the traffic, so they do without the library. */
const northAmerican = /^\+1[2-9]\d{9}$/
const northAmericanNational = /^1?[2-9]\d\d[2-9]\d{6}$/
/** Fifteen digits with whatever stands between them; more is text, and text is not to be remembered. */
const longest = 40
/** The signs that a written number is made of; the library takes long to say that anything else is none. */
const written = /^[+(\d][\d\s().\-/]*$/
const northAmericanRegions = new Set(['US', 'CA', 'PR'])

/**
 * A number in E.164 (`+15012678830`), or null where that would be a guess.
 *
 * With `+` it is read as it is, if its length is possible under its country code. Without, it is read as a number of
 * `region` (ISO 3166), if that is configured and the number is valid there. Null for everything else: `anonymous`,
 * SIP addresses, extensions, numbers with an extension.
 */
export function e164(raw: string, region: string | undefined): string | null {
  if (raw.length > longest || !written.test(raw)) return null
  if (raw.charCodeAt(0) === 43) {
    return northAmerican.test(raw) ? raw : remembered(raw, undefined)
  }
  if (region === undefined) return null
  if (northAmericanRegions.has(region) && northAmericanNational.test(raw)) {
    return raw.length === 11 ? `+${raw}` : `+1${raw}`
  }
  return remembered(raw, region)
}

const generationSize = 5000
let young = new Map<string, string | null>()
let old = new Map<string, string | null>()

/** The library takes 5 µs a number, and a customer's own numbers come again and again: two generations are kept. */
function remembered(raw: string, region: string | undefined): string | null {
  const key = region === undefined ? raw : `${region}${raw}`
  let number = young.get(key)
  if (number !== undefined) return number
  number = old.get(key)
  if (number === undefined) number = parsed(raw, region)
  if (young.size >= generationSize) {
    old = young
    young = new Map()
  }
  young.set(key, number)
  return number
}

function parsed(raw: string, region: string | undefined): string | null {
  if (region !== undefined && !isSupportedCountry(region)) return null
  const number = parsePhoneNumberFromString(raw, {
    extract: false,
    ...(region !== undefined && { defaultCountry: region }),
  })
  if (number === undefined || number.ext !== undefined) return null
  const isNumber = region === undefined ? number.isPossible() : number.isValid()
  return isNumber ? number.number : null
}
