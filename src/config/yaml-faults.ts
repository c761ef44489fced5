import type { Document, LineCounter, YAMLError } from 'yaml'
import type { Fault } from './fault.ts'

/** The parser's own messages quote the text they complain about, which may be a secret; these don't. */
const reasons: Partial<Record<YAMLError['code'], string>> = {
  BAD_ALIAS: 'this alias is not written as YAML wants it',
  BAD_DIRECTIVE: 'expected no directives (lines that start with %)',
  BAD_DQ_ESCAPE: 'expected a known escape after the backslash; single quotes take backslashes as they are',
  BAD_INDENT: 'the indentation does not fit the lines above',
  BAD_SCALAR_START: 'a value that starts with one of % @ ` needs quotes',
  BLOCK_AS_IMPLICIT_KEY: 'a value that holds ": " needs quotes',
  MISSING_CHAR: 'a colon, comma, quote or bracket is missing',
  MULTIPLE_DOCS: 'expected one YAML document, found a second one',
  TAB_AS_INDENT: 'expected spaces, found a tab',
  TAG_RESOLVE_FAILED: 'expected no tags (words that start with !); quote the value if it is meant to start so',
}

/** What the YAML parser refused, one fault a line. */
export function yamlFaults(document: Document, lines: LineCounter): Fault[] {
  const byLine = new Map<number, Fault>()
  for (const error of [...document.errors, ...document.warnings]) {
    const { line, col } = lines.linePos(error.pos[0])
    const reason = `is not YAML: ${reasons[error.code] ?? 'this is not expected here'}`
    if (!byLine.has(line)) byLine.set(line, { path: '', line, column: col, reason })
  }
  return [...byLine.values()]
}
