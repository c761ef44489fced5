import { durationPattern } from './duration.ts'
import { listed } from './expectation.ts'
import { alternatives, isNode, type JsonSchemaNode, propertiesOf, textOf } from './json-schema-node.ts'

/** One key of the configuration as the reference shows it. */
export interface ReferenceRow {
  readonly key: string
  readonly type: string
  /** As it is written in the file; undefined where there is none. */
  readonly standard: string | undefined
  readonly isRequired: boolean
  readonly meaning: string
}

/** The keys of a mapping and of all that stands in it, in the order of the schema: `kafka`, `kafka.tls`, … */
export function referenceRows(node: JsonSchemaNode, prefix: string): ReferenceRow[] {
  const byKey = new Map<string, ReferenceRow>()
  for (const mapping of alternatives(node)) {
    const required: readonly unknown[] = Array.isArray(mapping['required']) ? mapping['required'] : []
    for (const [key, child] of Object.entries(propertiesOf(mapping))) {
      const row = rowOf(`${prefix}${key}`, child, required.includes(key))
      for (const one of [row, ...rowsInside(child, row.key)]) {
        const earlier = byKey.get(one.key)
        byKey.set(one.key, earlier === undefined ? one : { ...earlier, type: bothTypes(earlier.type, one.type) })
      }
    }
  }
  return [...byKey.values()]
}

function rowOf(key: string, node: JsonSchemaNode, isRequired: boolean): ReferenceRow {
  const standard = node['standard'] ?? node['default']
  return {
    key,
    type: typeText(node),
    standard: isNode(standard) ? undefined : typeof standard === 'string' ? standard : JSON.stringify(standard),
    isRequired,
    meaning: textOf(node, 'description'),
  }
}

/** The keys of a mapping, or of the entries of a list; where a key takes either, the mapping's. */
function rowsInside(node: JsonSchemaNode, key: string): ReferenceRow[] {
  const ofMapping = referenceRows(node, `${key}.`)
  if (ofMapping.length > 0) return ofMapping
  return alternatives(node).flatMap(({ items }) => (isNode(items) ? referenceRows(items, `${key}[].`) : []))
}

function typeText(node: JsonSchemaNode): string {
  const choices = [node['anyOf'], node['oneOf']].flat().filter(isNode)
  if (choices.length > 0) return listed([...new Set(choices.map(typeText))])
  if (Array.isArray(node['enum'])) return listed(node['enum'].map((value) => `\`${String(value)}\``))
  if ('const' in node) return `\`${textOf(node, 'const')}\``
  switch (node['type']) {
    case 'string':
      return stringText(node)
    case 'integer':
      return 'whole number'
    case 'boolean':
      return '`true` or `false`'
    case 'array':
      return `list of ${isNode(node['items']) ? typeText(node['items']) : 'values'}`
    case 'object':
      return 'mapping'
    default:
      return textOf(node, 'type')
  }
}

function stringText(node: JsonSchemaNode): string {
  if (node['pattern'] === durationPattern.source) return 'duration'
  if (node['format'] === 'date-time') return 'date and time'
  return node['writeOnly'] === true ? 'secret' : 'text'
}

function bothTypes(first: string, second: string): string {
  return first === second ? first : `${first} or ${second}`
}
