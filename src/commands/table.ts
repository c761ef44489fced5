/** A table of texts. */
export interface TextTable {
  readonly head: readonly string[]
  readonly rows: readonly (readonly string[])[]
  /** The columns, from 0, that hold figures: they are aligned at their ends. */
  readonly figures?: readonly number[]
}

const gap = '  '

/** A table for terminals: a head in capitals and columns as wide as they need. It has no line break at its end. */
export function textTable({ head, rows, figures = [] }: TextTable): string {
  const lines = [head.map((title) => title.toUpperCase()), ...rows.map((row) => row.map(oneLine))]
  const widths = head.map((_, column) => Math.max(...lines.map((line) => width(line[column] ?? ''))))
  const padded = lines.map((line) =>
    widths.map((columnWidth, column) => {
      const text = line[column] ?? ''
      const blanks = ' '.repeat(columnWidth - width(text))
      return figures.includes(column) ? blanks + text : text + blanks
    }),
  )
  return padded.map((line) => line.join(gap).trimEnd()).join('\n')
}

/** Control characters of a provider's texts must not reach a terminal, which obeys some of them. */
function oneLine(text: string): string {
  return text.replaceAll(/\p{Cc}/gu, '�')
}

function width(text: string): number {
  return Array.from(text).length
}
