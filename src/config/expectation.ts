import type { z } from 'zod'

const kinds: Readonly<Record<string, string>> = {
  string: 'a text',
  number: 'a number',
  int: 'a whole number',
  boolean: 'true or false',
  object: 'a mapping of keys',
  array: 'a list',
}

/**
 * Says what a schema wanted, for schemas that don't say it themselves: `expected a whole number of at least 1`. It is
 * given to zod as the error map of each parse, and never holds the value.
 */
export function expectation(issue: z.core.$ZodRawIssue): string {
  switch (issue.code) {
    case 'invalid_type':
      return `expected ${kinds[issue.expected] ?? issue.expected}`
    case 'invalid_value':
      return `expected ${listed(issue.values)}`
    case 'invalid_union':
      return Array.isArray(issue.options) ? `expected ${listed(issue.options)}` : 'expected another value'
    case 'too_small':
      return `expected ${sized(issue.origin, 'at least', Number(issue.minimum), issue.inclusive === false)}`
    case 'too_big':
      return `expected ${sized(issue.origin, 'at most', Number(issue.maximum), issue.inclusive === false)}`
    case 'invalid_format':
      return issue.format === 'url' ? 'expected an address such as https://example.com' : 'expected another form'
    case 'unrecognized_keys':
      return 'unknown key'
    case 'custom':
    case 'invalid_element':
    case 'invalid_key':
    case 'not_multiple_of':
      return 'expected another value'
  }
}

/** `a, b or c`. */
export function listed(values: readonly unknown[]): string {
  const texts = values.map(String)
  const last = texts.pop() ?? ''
  return texts.length === 0 ? last : `${texts.join(', ')} or ${last}`
}

function sized(origin: string, bound: 'at least' | 'at most', limit: number, isExclusive: boolean): string {
  if (origin === 'string') return limit === 1 ? 'a text that is not empty' : `a text of ${bound} ${limit} characters`
  if (origin === 'array') return `a list of ${bound} ${limit} ${limit === 1 ? 'entry' : 'entries'}`
  if (!isExclusive) return `a number of ${bound} ${limit}`
  return bound === 'at least' ? `a number above ${limit}` : `a number below ${limit}`
}
