import type { z } from 'zod'

/** The issues without unions: in place of a union, what is wrong with the alternative that was meant. */
export function flatIssues(issues: readonly z.core.$ZodIssue[]): z.core.$ZodIssue[] {
  return issues.flatMap((issue) => {
    const meant = issue.code === 'invalid_union' ? meantAlternative(issue.errors) : undefined
    if (meant === undefined) return [issue]
    return flatIssues(meant.map((inner) => ({ ...inner, path: [...issue.path, ...inner.path] })))
  })
}

/** Every issue of every alternative, for those who look for one that can be helped. */
export function allIssues(issues: readonly z.core.$ZodIssue[]): z.core.$ZodIssue[] {
  return issues.flatMap((issue) => {
    if (issue.code !== 'invalid_union') return [issue]
    return allIssues(issue.errors.flat().map((inner) => ({ ...inner, path: [...issue.path, ...inner.path] })))
  })
}

/** Of the alternatives that take this kind of value the one with the fewest issues, undefined where two are equal. */
function meantAlternative(alternatives: readonly z.core.$ZodIssue[][]): z.core.$ZodIssue[] | undefined {
  const [first, second] = alternatives.filter(fitsKind).toSorted((a, b) => a.length - b.length)
  return first?.length === second?.length ? undefined : first
}

function fitsKind(branch: readonly z.core.$ZodIssue[]): boolean {
  return !branch.some((issue) => issue.path.length === 0 && issue.code === 'invalid_type')
}
