import { isJsonObject } from '../model/json.ts'

const columnWidth = 58

/** Two records in columns, a field a line; long values are cut. */
export function sideBySide(left: unknown, right: unknown): string {
  const lefts = fieldLines(left)
  const rights = fieldLines(right)
  const lines = Array.from({ length: Math.max(lefts.length, rights.length) }, (_, at) => {
    const [one = '', other = ''] = [lefts[at], rights[at]]
    return `${cut(one).padEnd(columnWidth)} │ ${cut(other)}`.trimEnd()
  })
  return [`${'raw'.padEnd(columnWidth)} │ normalized`, ...lines].join('\n')
}

/** One record, a field a line, nothing cut. */
export function recordText(record: unknown): string {
  return fieldLines(record).join('\n')
}

function fieldLines(value: unknown): string[] {
  if (!isJsonObject(value)) return value === null ? [] : [shown(value)]
  return Object.entries(value).flatMap(([name, field]) =>
    name === 'extra' && isJsonObject(field)
      ? Object.entries(field).map(([extra, text]) => `extra.${shown(extra)}: ${shown(text)}`)
      : [`${shown(name)}: ${shown(field)}`],
  )
}

function shown(value: unknown): string {
  const text = typeof value === 'string' ? value : JSON.stringify(value)
  // Control characters of a provider's names and texts must not reach a terminal.
  return text.replaceAll(/\p{Cc}/gu, '�')
}

function cut(text: string): string {
  return text.length <= columnWidth ? text : `${text.slice(0, columnWidth - 1)}…`
}
