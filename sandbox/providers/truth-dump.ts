import { z } from 'zod'
import type { BadRow, Truth, TruthRecord } from './truth.ts'

/** The truth as lines of JSON: `{"record":{...}}` or `{"badRow":{...}}`, each with its line feed. */
export function* truthLines(truth: Pick<Truth, 'records' | 'badRows'>): Generator<string> {
  for (const { id, versions } of truth.records()) {
    const written = versions.map(({ raw, visibleAtMs, servedAtMs }) => ({ raw, visibleAtMs, servedAtMs }))
    yield `${JSON.stringify({ record: { id, versions: written } })}\n`
  }
  for (const badRow of truth.badRows()) yield `${JSON.stringify({ badRow })}\n`
}

const shown = { visibleAtMs: z.number(), servedAtMs: z.number().nullable() }
const version = z.object({ raw: z.unknown(), ...shown })
const dumpLine = z.strictObject({
  record: z.object({ id: z.string(), versions: z.array(version) }).optional(),
  badRow: z.object({ rawText: z.string(), reason: z.string(), ...shown }).optional(),
})

/** A truth that came from another process. */
export interface TruthDump {
  readonly records: readonly TruthRecord[]
  readonly badRows: readonly BadRow[]
}

/** Reads the lines that `truthLines` wrote; throws a SyntaxError or ZodError on a line that is none of them. */
export async function readTruthDump(lines: AsyncIterable<string> | Iterable<string>): Promise<TruthDump> {
  const records: TruthRecord[] = []
  const badRows: BadRow[] = []
  for await (const line of lines) {
    if (line.trim() === '') continue
    const entry = dumpLine.parse(JSON.parse(line))
    if (entry.record !== undefined) records.push(entry.record)
    if (entry.badRow !== undefined) badRows.push(entry.badRow)
  }
  return { records, badRows }
}
