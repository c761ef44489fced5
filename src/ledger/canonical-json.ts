import { isJsonObject, type JsonObject, type JsonValue } from '../model/json.ts'

/**
 * The one text of a JSON value: keys sorted by code unit at every level, no blanks (RFC 8785).
 * `volatile` names top-level fields that are left out.
 */
export function canonicalJson(value: JsonValue, volatile: readonly string[]): string {
  if (volatile.length > 0 && isJsonObject(value)) return sortedObject(value, volatile)
  // Providers tend to send sorted keys, and JSON.stringify is several times faster than joining texts.
  return isSorted(value) ? JSON.stringify(value) : sortedText(value)
}

function isSorted(value: JsonValue): boolean {
  if (typeof value !== 'object' || value === null) return true
  if (Array.isArray(value)) return value.every(isSorted)
  const object = value as JsonObject
  let previous = ''
  for (const key in object) {
    if (key < previous) return false
    previous = key
    const field = object[key]
    if (typeof field === 'object' && field !== null && !isSorted(field)) return false
  }
  return true
}

function sortedText(value: JsonValue): string {
  if (typeof value !== 'object' || value === null) return JSON.stringify(value)
  if (isJsonObject(value)) return sortedObject(value, [])
  return `[${value.map(sortedText).join(',')}]`
}

function sortedObject(object: JsonObject, without: readonly string[]): string {
  const fields: string[] = []
  for (const key of Object.keys(object).sort()) {
    const field = object[key]
    if (field !== undefined && !without.includes(key)) fields.push(`${JSON.stringify(key)}:${sortedText(field)}`)
  }
  return `{${fields.join(',')}}`
}
