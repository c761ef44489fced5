import { z } from 'zod'
import type { KeyPath } from './config-tree.ts'

/** One node of a JSON Schema, as far as the configuration uses them. */
export interface JsonSchemaNode {
  readonly [keyword: string]: unknown
}

/** What `schema` takes as JSON Schema; parts that JSON Schema can't say are left open. */
export function jsonSchemaOf(schema: z.ZodType): JsonSchemaNode {
  const node = z.toJSONSchema(schema, {
    io: 'input',
    unrepresentable: 'any',
    override: ({ jsonSchema }) => {
      // zod says of every whole number that JavaScript can hold it.
      if (jsonSchema.maximum === Number.MAX_SAFE_INTEGER) delete jsonSchema.maximum
    },
  })
  return without(node, '$schema')
}

/** The node itself and all its alternatives. */
export function alternatives(node: JsonSchemaNode): JsonSchemaNode[] {
  const further = [node['anyOf'], node['oneOf'], node['allOf']].flatMap(nodes)
  return [node, ...further.flatMap(alternatives)]
}

/** The keys that a mapping at `path` may have, whichever alternative it follows. */
export function keysAt(node: JsonSchemaNode, path: KeyPath): string[] {
  let level = alternatives(node)
  for (const step of path) level = level.flatMap((one) => childrenAt(one, step)).flatMap(alternatives)
  return [...new Set(level.flatMap((one) => Object.keys(propertiesOf(one))))]
}

/** The keys of a mapping and their nodes; empty for other nodes. */
export function propertiesOf(node: JsonSchemaNode): Readonly<Record<string, JsonSchemaNode>> {
  const properties = node['properties']
  if (!isNode(properties)) return {}
  return Object.fromEntries(
    Object.entries(properties).filter((entry): entry is [string, JsonSchemaNode] => isNode(entry[1])),
  )
}

/** What `keyword` says of a node where it says a text, else an empty one. */
export function textOf(node: JsonSchemaNode, keyword: string): string {
  const value = node[keyword]
  return typeof value === 'string' ? value : ''
}

/** `node` without one of its keywords. */
export function without(node: JsonSchemaNode, keyword: string): JsonSchemaNode {
  return Object.fromEntries(Object.entries(node).filter(([name]) => name !== keyword))
}

/** Whether `value` is a node: a JSON object. */
export function isNode(value: unknown): value is JsonSchemaNode {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function childrenAt(node: JsonSchemaNode, step: PropertyKey): JsonSchemaNode[] {
  if (typeof step === 'number') return nodes([node['items']])
  return nodes([propertiesOf(node)[String(step)]])
}

function nodes(values: unknown): JsonSchemaNode[] {
  return Array.isArray(values) ? values.filter(isNode) : []
}
