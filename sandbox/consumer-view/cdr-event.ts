/** What the sandbox reads of a `ringtail.v1.NormalizedCdr`; all else of an event stays unread. */
export interface CdrEvent {
  readonly eventId: string
  readonly eventType: string
  readonly revision: number
  readonly contentHash: string
  readonly source: string
  readonly recordId: string
  readonly callId: string
  readonly ingestedAt: number
  readonly isLate: boolean
  readonly direction: string
  readonly from: string
  readonly to: string
  readonly disposition: string
  readonly durationMs: number | null
  readonly costAmount: string | null
  readonly costCurrency: string | null
}

/** Reads a decoded value as an event. Throws a TypeError that names the first field that is not as the schema has it. */
export function cdrEvent(value: unknown): CdrEvent {
  if (typeof value !== 'object' || value === null) throw new TypeError('the event is no record')
  const fields: Readonly<Record<string, unknown>> = { ...value }
  const text = (name: string): string => checked(name, fields[name], isText)
  const textOrNull = (name: string): string | null => checked(name, fields[name] ?? null, orNull(isText))
  return {
    eventId: text('eventId'),
    eventType: text('eventType'),
    revision: checked('revision', fields['revision'], isNumber),
    contentHash: text('contentHash'),
    source: text('source'),
    recordId: text('recordId'),
    callId: text('callId'),
    ingestedAt: checked('ingestedAt', fields['ingestedAt'], isNumber),
    isLate: fields['isLate'] === true,
    direction: text('direction'),
    from: textOrNull('fromE164') ?? text('fromRaw'),
    to: textOrNull('toE164') ?? text('toRaw'),
    disposition: text('disposition'),
    durationMs: checked('durationMs', fields['durationMs'] ?? null, orNull(isNumber)),
    costAmount: textOrNull('costAmount'),
    costCurrency: textOrNull('costCurrency'),
  }
}

function isText(value: unknown): value is string {
  return typeof value === 'string'
}

function isNumber(value: unknown): value is number {
  return typeof value === 'number'
}

function orNull<T>(is: (value: unknown) => value is T): (value: unknown) => value is T | null {
  return (value): value is T | null => value === null || is(value)
}

function checked<T>(name: string, value: unknown, is: (value: unknown) => value is T): T {
  if (!is(value)) throw new TypeError(`${name} of the event is not as its schema has it`)
  return value
}
