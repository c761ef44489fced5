import { isDeepStrictEqual } from 'node:util'
import type { Row } from '../model/row.ts'

/** The rows of one answer without repeats, and whether any id came with more than one content. */
export interface DistinctRows<R> {
  readonly rows: readonly R[]
  readonly isContradictory: boolean
}

/**
 * Drops repeated rows of one answer: of rows with the same kind and id the last stays, since a row that flips at every
 * reading would be published at every reading (`providers/README.md` 5.11).
 */
export function distinctRows<R extends Row>(rows: readonly R[]): DistinctRows<R> {
  const byId = new Map<string, R>()
  for (const row of rows) byId.set(`${row.kind}|${row.id}`, row)
  if (byId.size === rows.length) return { rows, isContradictory: false }
  const isContradictory = rows.some((row) => {
    const kept = byId.get(`${row.kind}|${row.id}`)
    return kept !== row && !isDeepStrictEqual(kept?.content, row.content)
  })
  return { rows: [...byId.values()], isContradictory }
}
