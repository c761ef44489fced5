import type { Provider } from '../model/provider.ts'
import { fileSchema } from './file-schema.ts'
import { isNode, type JsonSchemaNode, jsonSchemaOf, propertiesOf, without } from './json-schema-node.ts'
import { substitutionNode, withSubstitutions } from './substitutable.ts'

/**
 * The JSON Schema (draft 2020-12) of the configuration file. It says all that can be said key by key; rules between
 * keys, such as that no recheck reaches back further than is remembered, are checked by `loadSettings` only.
 */
export function configJsonSchema(providers: readonly Provider<unknown>[]): JsonSchemaNode {
  const file = jsonSchemaOf(fileSchema(providers, '.'))
  const properties = propertiesOf(file)
  const sources = properties['sources'] ?? {}
  const schema = withSubstitutions({
    ...file,
    properties: { ...properties, sources: { ...sources, items: sourceNode(sources['items'], providers) } },
  })
  return {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    title: 'Configuration of Ringtail',
    ...schema,
    $defs: { substitution: substitutionNode },
  }
}

/** A source: the common keys, and beside them those of the provider that it names. */
function sourceNode(common: unknown, providers: readonly Provider<unknown>[]): JsonSchemaNode {
  // The common keys alone would allow any further key; here each of them must be one of the provider's.
  const node = isNode(common) ? without(common, 'additionalProperties') : {}
  const ownKeys = providers.map(({ name, settings }) => ({
    if: { type: 'object', properties: { provider: { const: name } }, required: ['provider'] },
    // biome-ignore lint/suspicious/noThenProperty: the keyword of JSON Schema
    then: openNode(jsonSchemaOf(settings)),
  }))
  return { ...node, allOf: ownKeys, unevaluatedProperties: false }
}

/** A mapping, with its alternatives, that allows the common keys beside its own. */
function openNode(node: JsonSchemaNode): JsonSchemaNode {
  const alternatives = ['anyOf', 'oneOf', 'allOf'].flatMap((keyword) => {
    const nodes = node[keyword]
    return Array.isArray(nodes) ? [[keyword, nodes.filter(isNode).map(openNode)]] : []
  })
  return { ...without(node, 'additionalProperties'), ...Object.fromEntries(alternatives) }
}
