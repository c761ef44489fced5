import type { CdrEvent } from '../consumer-view/cdr-event.ts'
import type { DeadLetter } from '../consumer-view/dead-letter.ts'
import { paint } from './screen.ts'

const kindWidth = 'cdr CREATED r1'.length
const partyWidth = 14
const shownDigitsAtStart = 4
const shownDigitsAtEnd = 3

/** An event as one line: when it was read, what it says, and whether it came late. Numbers are masked. */
export function eventLine(event: CdrEvent): string {
  const { eventType, revision, source, direction, disposition, durationMs, costAmount, costCurrency } = event
  const isNew = eventType === 'CREATED'
  const change = `cdr ${eventType} r${revision}`.padEnd(kindWidth)
  return [
    paint('dim', clockTime(event.ingestedAt)),
    isNew ? change : paint('cyan', change),
    source,
    direction.toLowerCase().padEnd(8),
    `${masked(event.from).padEnd(partyWidth)} → ${masked(event.to).padEnd(partyWidth)}`,
    disposition.padEnd(9),
    (durationMs === null ? '' : `${(durationMs / 1000).toFixed(1)} s`).padStart(8),
    (costAmount === null ? '' : `${costAmount} ${costCurrency ?? ''}`).padStart(12),
    isNew && event.isLate ? paint('yellow', 'late') : '',
  ]
    .join(' ')
    .trimEnd()
}

/** A dead letter as one line: why the row can't be read, without any of its values. */
export function deadLetterLine({ timestampMs, source, reason, detail, rawText }: DeadLetter): string {
  const size = `${Buffer.byteLength(rawText)} bytes`
  const kind = paint('red', 'dead letter'.padEnd(kindWidth))
  return `${paint('dim', clockTime(timestampMs))} ${kind} ${source} ${reason}: ${detail} (${size})`
}

/** A number, or the user of a SIP address, with most of its digits hidden and no wider than its column. */
export function masked(address: string): string {
  const party = address.replace(/^sips?:/i, '').replace(/@.*$/s, '')
  const digits = party.replaceAll(/\D/g, '').length
  // Of a short number, such as an extension, the end alone would be nearly all of it.
  const [first, last] = digits > 7 ? [shownDigitsAtStart, digits - shownDigitsAtEnd] : [0, Math.max(1, digits - 2)]
  let seen = 0
  const hidden = party.replaceAll(/\d/g, (digit) => {
    const at = seen++
    return at < first || at >= last ? digit : '•'
  })
  return hidden.length <= partyWidth ? hidden : `${hidden.slice(0, partyWidth - 1)}…`
}

/** The time of day on this machine. */
function clockTime(ms: number): string {
  const date = new Date(ms)
  const two = (value: number): string => String(value).padStart(2, '0')
  const time = [date.getHours(), date.getMinutes(), date.getSeconds()].map(two).join(':')
  return `${time}.${String(date.getMilliseconds()).padStart(3, '0')}`
}
