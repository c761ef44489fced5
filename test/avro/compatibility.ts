import { type RecordSchema, typeOf } from '../../src/avro/schemas.ts'

/** A schema as JSON: a name, a union, or a type with properties. */
export type SchemaJson = string | readonly SchemaJson[] | Readonly<Record<string, unknown>>

/** Why values of two versions of a schema could not be read with one another; empty where they can, both ways. */
export function compatibilityFaults(one: RecordSchema, other: RecordSchema): string[] {
  return [...resolutionFaults(one, other), ...resolutionFaults(other, one), ...ruleFaults(one, other)]
}

/** What avsc finds in reading values of `writer` as values of `reader`. */
export function resolutionFaults(reader: RecordSchema, writer: RecordSchema): string[] {
  try {
    typeOf(reader).createResolver(typeOf(writer))
    return []
  } catch (error) {
    return [error instanceof Error ? error.message : String(error)]
  }
}

/**
 * The stricter rule that releases are held to: a field that only one of the two has must have a default, enums may
 * differ in their symbols if both have a default, and everything else is the same.
 */
export function ruleFaults(one: RecordSchema, other: RecordSchema): string[] {
  return differences('', { ...one }, { ...other }, namesIn({ ...one }), namesIn({ ...other }))
}

function differences(
  path: string,
  one: SchemaJson,
  other: SchemaJson,
  namesOfOne: Names,
  namesOfOther: Names,
): string[] {
  const a = resolved(one, namesOfOne)
  const b = resolved(other, namesOfOther)
  const inside = (x: SchemaJson, y: SchemaJson, name: string) =>
    differences(`${path}.${name}`, x, y, namesOfOne, namesOfOther)
  if (isList(a) && isList(b) && a.length === b.length) {
    return a.flatMap((branch, index) => inside(branch, b[index] ?? 'null', `${index}`))
  }
  if (!isTyped(a) || !isTyped(b)) return JSON.stringify(a) === JSON.stringify(b) ? [] : [`${path}: another type`]
  if (a['type'] !== b['type'] || a['name'] !== b['name'] || a['logicalType'] !== b['logicalType']) {
    return [`${path}: another type`]
  }
  switch (a['type']) {
    case 'record': {
      const fieldsOfOne = byName(a['fields'])
      const fieldsOfOther = byName(b['fields'])
      return [...new Set([...fieldsOfOne.keys(), ...fieldsOfOther.keys()])].flatMap((name) => {
        const x = fieldsOfOne.get(name)
        const y = fieldsOfOther.get(name)
        if (x !== undefined && y !== undefined) return inside(asSchema(x['type']), asSchema(y['type']), name)
        return 'default' in (x ?? y ?? {}) ? [] : [`${path}.${name}: only one has it, and without a default`]
      })
    }
    case 'enum': {
      const isSame = JSON.stringify(a['symbols']) === JSON.stringify(b['symbols'])
      return isSame || ('default' in a && 'default' in b) ? [] : [`${path}: other symbols, and no default`]
    }
    case 'array':
      return inside(asSchema(a['items']), asSchema(b['items']), 'items')
    case 'map':
      return inside(asSchema(a['values']), asSchema(b['values']), 'values')
    default:
      return []
  }
}

type Names = ReadonlyMap<string, SchemaJson>

function namesIn(schema: SchemaJson): Names {
  return new Map(typesIn(schema).flatMap((type) => (typeof type['name'] === 'string' ? [[type['name'], type]] : [])))
}

/** Every type with properties in a schema, outermost first. */
export function typesIn(schema: SchemaJson): Readonly<Record<string, unknown>>[] {
  if (isList(schema)) return schema.flatMap(typesIn)
  if (!isTyped(schema)) return []
  const fields = [...byName(schema['fields']).values()].map((field) => asSchema(field['type']))
  return [schema, ...[...fields, asSchema(schema['items']), asSchema(schema['values'])].flatMap(typesIn)]
}

function byName(fields: unknown): ReadonlyMap<string, Readonly<Record<string, unknown>>> {
  if (!Array.isArray(fields)) return new Map()
  return new Map(fields.map((field: { name: string }) => [field.name, { ...field }]))
}

function resolved(schema: SchemaJson, names: Names): SchemaJson {
  return typeof schema === 'string' ? (names.get(schema) ?? schema) : schema
}

function asSchema(value: unknown): SchemaJson {
  if (typeof value === 'string' || Array.isArray(value)) return value
  return typeof value === 'object' && value !== null ? { ...value } : 'null'
}

function isList(schema: SchemaJson): schema is readonly SchemaJson[] {
  return Array.isArray(schema)
}

function isTyped(schema: SchemaJson): schema is Readonly<Record<string, unknown>> {
  return typeof schema === 'object' && !Array.isArray(schema)
}
