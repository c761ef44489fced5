import { RingtailError } from '../model/errors.ts'
import type { Place } from './compile-writer.ts'
import { type RecordSchema, typeOf } from './schemas.ts'

/**
 * The error of an event that its schema does not allow: `RT-BUG-SCHEMA` with the paths of the fields that do not fit,
 * and none of their values. `cause` itself where every field fits, since then something else is wrong.
 */
export function misfit(
  schema: RecordSchema,
  placeOf: (field: string) => Place,
  event: object,
  cause: unknown,
): unknown {
  const record = Object.fromEntries(schema.fields.map(({ name }) => [name, valueAt(event, placeOf(name))]))
  const paths: string[] = []
  // Without defaults, or a value that is missing would pass.
  typeOf(withoutDefaults(schema)).isValid(record, { errorHook: (path) => paths.push(path.join('.')) })
  if (paths.length === 0) return cause
  return new RingtailError(`a ${schema.name} does not fit its schema at ${paths.join(', ')}`, {
    code: 'RT-BUG-SCHEMA',
    retryable: false,
    advice: 'This is a fault of Ringtail; please report it with the provider and the fields that are named.',
    cause,
  })
}

function valueAt(event: object, place: Place): unknown {
  if ('constant' in place) return place.constant
  let value: unknown = event
  for (const name of place.path) {
    value = typeof value === 'object' && value !== null ? Reflect.get(value, name) : undefined
  }
  return value
}

function withoutDefaults(schema: RecordSchema): RecordSchema {
  const text = JSON.stringify(schema, (_, value) => (isField(value) ? { ...value, default: undefined } : value))
  const stripped: RecordSchema = JSON.parse(text)
  return stripped
}

/** Enums have a default too, and keep it; they don't name their type with a type. */
function isField(value: unknown): value is { readonly default: unknown } {
  return typeof value === 'object' && value !== null && 'default' in value && !('symbols' in value)
}
