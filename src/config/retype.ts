import type { z } from 'zod'
import { childOf, type KeyPath, type Place } from './config-tree.ts'
import { allIssues } from './flat-issues.ts'

/**
 * A copy of `value` in which texts that came from a substitution are numbers or booleans where those were wanted: a
 * variable has no types. Texts that stand in the file are left alone, since YAML has types.
 */
export function retype(
  value: unknown,
  issues: readonly z.core.$ZodIssue[],
  placeOf: (path: KeyPath) => Place | undefined,
): unknown {
  const copy = structuredClone(value)
  for (const issue of allIssues(issues)) {
    if (issue.code !== 'invalid_type' || (placeOf(issue.path)?.from ?? []).length === 0) continue
    const parent = issue.path.slice(0, -1).reduce(childOf, copy)
    const last = issue.path.at(-1)
    if (last === undefined || typeof parent !== 'object' || parent === null) continue
    Reflect.set(parent, last, typed(childOf(parent, last), issue.expected))
  }
  return copy
}

function typed(value: unknown, expected: string): unknown {
  if (typeof value !== 'string') return value
  if (expected === 'boolean') return value === 'true' ? true : value === 'false' ? false : value
  const isNumber = (expected === 'number' || expected === 'int') && /^-?\d+(\.\d+)?$/.test(value)
  return isNumber ? Number(value) : value
}
