import { isNode, type JsonSchemaNode } from './json-schema-node.ts'

/** The node of a text that holds a substitution; it stands in `$defs` as `substitution`. */
export const substitutionNode: JsonSchemaNode = {
  type: 'string',
  pattern: '\\$\\{[^}]+\\}',
  // biome-ignore lint/suspicious/noTemplateCurlyInString: the text shows the configuration's own syntax
  description: 'A value from the environment, ${NAME} or ${NAME:-default}, or from a file, ${file:PATH}',
}

/**
 * `node` where every value that is more than any text may also be a substitution. Our own keyword `standard`, a default
 * that is filled in after parsing, becomes `default`.
 */
export function withSubstitutions(node: JsonSchemaNode): JsonSchemaNode {
  const { standard, ...rest } = node
  const entries = Object.entries(rest).map(([keyword, value]) => [keyword, deeper(keyword, value)])
  const whole: JsonSchemaNode = {
    ...Object.fromEntries(entries),
    ...(standard === undefined ? {} : { default: standard }),
  }
  return isTyped(whole) ? orSubstitution(whole) : whole
}

function deeper(keyword: string, value: unknown): unknown {
  if (keyword === 'if' || keyword === 'default') return value
  if (keyword === 'properties' && isNode(value)) {
    return Object.fromEntries(
      Object.entries(value).map(([key, child]) => [key, isNode(child) ? withSubstitutions(child) : child]),
    )
  }
  if (Array.isArray(value)) return value.map((one: unknown) => (isNode(one) ? withSubstitutions(one) : one))
  return isNode(value) ? withSubstitutions(value) : value
}

function isTyped(node: JsonSchemaNode): boolean {
  if (['number', 'integer', 'boolean'].includes(String(node['type']))) return true
  return node['type'] === 'string' && ['pattern', 'format', 'enum'].some((keyword) => keyword in node)
}

/** The node or a substitution; what describes the key stays outside, where editors look for it. */
function orSubstitution({ description, default: standard, writeOnly, ...check }: JsonSchemaNode): JsonSchemaNode {
  const about = Object.entries({ description, default: standard, writeOnly }).filter(([, value]) => value !== undefined)
  return { ...Object.fromEntries(about), anyOf: [check, { $ref: '#/$defs/substitution' }] }
}
