import type { CdrFields, Direction } from '../../model/cdr.ts'
import type { JsonObject, JsonValue } from '../../model/json.ts'
import { decimalTextOf, millisecondsOf } from '../decimals.ts'
import { e164 } from '../phone-number.ts'
import { integerOf, isSaid, textOf } from '../scalars.ts'
import { dispositionOf } from './disposition.ts'
import { extraFields, extraText } from './extra.ts'
import { timeOf } from './times.ts'

/** What the mapping needs to know of the source. */
export interface Mapping {
  /** ISO 3166 region of numbers without `+`; undefined leaves them as they are. */
  readonly region: string | undefined
  /** ISO 4217 code of the amounts. */
  readonly currency: string
}

/** Fields of a record that have a place of their own in `CdrFields`; all others go to `extra`. */
export const mappedFields: ReadonlySet<string> = new Set([
  'date_insert',
  'date_start',
  'date_stop',
  'date_talk',
  'direction',
  'disconnect_originator',
  'dr_sid',
  'duration',
  'duration_billing',
  'number_billing',
  'number_dst',
  'number_src',
  'partner_sid',
  'price',
  'rate',
  'sipcause',
  'type',
])

/**
 * A call detail record in our words: the table "Field mapping" of `carrierx.md`, after CarrierX's document "Get Call
 * Detail Records". Throws `Unreadable` where a time is said that is none.
 *
 * A duration, amount or direction that is said and can't be read is null (or UNKNOWN), and its raw value is in
 * `extra` under its own name: one odd figure does not take the call from anyone. Computed, and then named in
 * `derivedFields`: `talkMs` (date_stop − date_talk) always, `durationMs` (date_stop − date_start) where CarrierX says
 * no duration. A computed duration that is negative is null and derived by nobody.
 */
export function normalize(record: JsonObject, id: string, mapping: Mapping): CdrFields {
  const startTime = timeOf(record['date_start'], 'date_start')
  const answerTime = timeOf(record['date_talk'], 'date_talk')
  const endTime = timeOf(record['date_stop'], 'date_stop')
  const fromRaw = textOf(record['number_src']) ?? ''
  const toRaw = textOf(record['number_dst']) ?? ''
  const direction = directionOf(record['direction'])
  const isDurationSaid = isSaid(record['duration'])
  const durationMs = isDurationSaid ? millisecondsOf(record['duration']) : between(startTime, endTime)
  const talkMs = between(answerTime, endTime)
  const billableMs = millisecondsOf(record['duration_billing'])
  const sipCode = integerOf(record['sipcause'])
  const costAmount = decimalTextOf(record['price'])
  const rateAmount = decimalTextOf(record['rate'])
  const extra = extraFields(record, mappedFields)
  if (direction === 'UNKNOWN') keepRaw(extra, 'direction', record['direction'])
  if (durationMs === null) keepRaw(extra, 'duration', record['duration'])
  if (billableMs === null) keepRaw(extra, 'duration_billing', record['duration_billing'])
  if (costAmount === null) keepRaw(extra, 'price', record['price'])
  if (rateAmount === null) keepRaw(extra, 'rate', record['rate'])
  return {
    sourceUpdatedAt: timeOf(record['date_insert'], 'date_insert'),
    recordId: id,
    callId: id,
    interactionId: null,
    parentCallId: null,
    otherLegId: null,
    granularity: 'CALL',
    channel: 'VOICE',
    direction,
    typeRaw: textOf(record['type']),
    fromRaw,
    toRaw,
    fromE164: e164(fromRaw, mapping.region),
    toE164: e164(toRaw, mapping.region),
    fromName: null,
    toName: null,
    dialedNumber: null,
    billingNumber: textOf(record['number_billing']),
    agentId: null,
    agentName: null,
    queueId: null,
    queueName: null,
    ownerId: textOf(record['partner_sid']),
    startTime,
    answerTime,
    endTime,
    timePrecision: 'MILLISECOND',
    sourceTimezone: null,
    derivedFields: derivedFields(talkMs !== null, !isDurationSaid && durationMs !== null),
    durationMs,
    talkMs,
    billableMs,
    ringMs: null,
    queueMs: null,
    disposition: dispositionOf(sipCode, answerTime !== null),
    dispositionRaw: textOf(record['sipcause']),
    hangupCause: null,
    sipCode,
    hangupParty: textOf(record['disconnect_originator']),
    wrapUpCode: null,
    costAmount,
    costCurrency: costAmount === null && rateAmount === null ? null : mapping.currency,
    rateAmount,
    recordingState: 'UNKNOWN',
    transcriptState: 'UNKNOWN',
    recordingRefs: [],
    extra,
    rawPayload: null,
  }
}

function directionOf(value: JsonValue | undefined): Direction {
  if (value === 'inbound') return 'INBOUND'
  if (value === 'outbound') return 'OUTBOUND'
  const text = typeof value === 'string' ? value.trim().toLowerCase() : ''
  return text === 'inbound' ? 'INBOUND' : text === 'outbound' ? 'OUTBOUND' : 'UNKNOWN'
}

/** Null where either time is unknown, or the clocks disagree about which came first. */
function between(from: number | null, to: number | null): number | null {
  return from === null || to === null || to < from ? null : to - from
}

const [none, talk, duration, both] = [[], ['talkMs'], ['durationMs'], ['durationMs', 'talkMs']] as const

/** One of four arrays that live for ever, rather than one a record. */
function derivedFields(isTalkDerived: boolean, isDurationDerived: boolean): readonly string[] {
  if (isDurationDerived) return isTalkDerived ? both : duration
  return isTalkDerived ? talk : none
}

function keepRaw(extra: Record<string, string>, name: string, value: JsonValue | undefined): void {
  if (isSaid(value)) extra[name] = extraText(value)
}
