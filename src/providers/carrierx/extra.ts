import type { JsonObject, JsonValue } from '../../model/json.ts'

/**
 * Fields of a record by name, as texts: strings as sent, everything else as JSON; nulls are left out. `mapped` names
 * the fields that have a place of their own.
 */
export function extraFields(record: JsonObject, mapped: ReadonlySet<string>): Record<string, string> {
  const extra: Record<string, string> = {}
  for (const name in record) {
    const value = record[name]
    if (value === null || value === undefined || mapped.has(name)) continue
    extra[name] = extraText(value)
  }
  return extra
}

/** A value as it stands in `extra`. */
export function extraText(value: JsonValue): string {
  return typeof value === 'string' ? value : JSON.stringify(value)
}
