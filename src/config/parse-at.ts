import type { z } from 'zod'
import type { ConfigTree, KeyPath } from './config-tree.ts'
import { expectation } from './expectation.ts'
import type { FaultLog } from './fault-log.ts'
import { flatIssues } from './flat-issues.ts'
import { jsonSchemaOf, keysAt } from './json-schema-node.ts'
import { retype } from './retype.ts'
import { didYouMean } from './suggest.ts'

/** A piece of the file that is checked against a schema. */
export interface Subject {
  readonly tree: ConfigTree
  readonly log: FaultLog
  /** Where it stands in the file. */
  readonly path: KeyPath
  /** The value, where it is not all that stands at `path`. */
  readonly value?: unknown
  /** Keys that are right at `path` beside those of the schema, for suggestions. */
  readonly otherKeys?: readonly string[]
}

/** The value as `schema` makes it, or undefined after its faults were logged. */
export function parseAt<T>(schema: z.ZodType<T>, subject: Subject): T | undefined {
  const { tree, path, value = tree.valueAt(path) } = subject
  const asWritten = schema.safeParse(value, { error: expectation })
  if (asWritten.success) return asWritten.data
  const retyped = retype(value, asWritten.error.issues, (at) => tree.placeOf([...path, ...at]))
  const result = schema.safeParse(retyped, { error: expectation })
  if (result.success) return result.data
  for (const issue of flatIssues(result.error.issues)) logIssue(issue, schema, subject)
  return undefined
}

/** The value as `schema` makes it, or undefined where it has faults: for rules between keys that are checked already. */
export function peekAt<T>(schema: z.ZodType<T>, tree: ConfigTree, path: KeyPath): T | undefined {
  const result = schema.safeParse(tree.valueAt(path))
  return result.success ? result.data : undefined
}

function logIssue(issue: z.core.$ZodIssue, schema: z.ZodType, { tree, log, path, otherKeys = [] }: Subject): void {
  const at = [...path, ...issue.path]
  if (issue.code === 'unrecognized_keys') {
    const known = [...keysAt(jsonSchemaOf(schema), issue.path), ...(issue.path.length === 0 ? otherKeys : [])]
    for (const key of issue.keys) log.addOfKey([...at, key], 'unknown key', didYouMean(key, known))
  } else if (issue.code !== 'custom' || /^(expected|must)\b/.test(issue.message)) {
    log.addUnexpected(at, issue.message, hintFor(issue, tree.valueAt(at)))
  } else {
    log.add(at, issue.message)
  }
}

function hintFor(issue: z.core.$ZodIssue, value: unknown): string | undefined {
  if (issue.code === 'invalid_type' && issue.expected === 'string') {
    const isUnquoted = typeof value === 'number' || typeof value === 'boolean'
    return isUnquoted && issue.message === 'expected a text' ? 'put it in quotes' : undefined
  }
  if (typeof value !== 'string') return undefined
  if (issue.code === 'invalid_value') return didYouMean(value, issue.values.map(String))
  if (issue.code === 'invalid_union' && 'options' in issue) return didYouMean(value, (issue.options ?? []).map(String))
  return undefined
}
