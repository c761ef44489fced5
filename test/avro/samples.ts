import avsc from 'avsc'
import fc from 'fast-check'
import type { CdrFields } from '../../src/model/cdr.ts'
import type { CdrChange } from '../../src/model/change.ts'

/** A CDR as the CarrierX sample becomes one; its keys stand in the order of `CdrFields`. */
export const sampleFields: CdrFields = {
  sourceUpdatedAt: 1747582503000,
  recordId: 'c02a73b2-8401-459a-af7e-f4cc3eee7854',
  callId: 'c02a73b2-8401-459a-af7e-f4cc3eee7854',
  interactionId: null,
  parentCallId: null,
  otherLegId: null,
  granularity: 'CALL',
  channel: 'VOICE',
  direction: 'INBOUND',
  typeRaw: 'telecom',
  fromRaw: '+15012678830',
  toRaw: '15162065451',
  fromE164: '+15012678830',
  toE164: '+15162065451',
  fromName: null,
  toName: null,
  dialedNumber: null,
  billingNumber: '15162065451',
  agentId: null,
  agentName: 'Zoë',
  queueId: null,
  queueName: null,
  ownerId: 'ed437757-002d-4ecc-aa5a-efdf5e50dba0',
  startTime: 1747582335589,
  answerTime: 1747582336535,
  endTime: 1747582339839,
  timePrecision: 'MILLISECOND',
  sourceTimezone: null,
  derivedFields: ['talkMs'],
  durationMs: 4250,
  talkMs: 3304,
  billableMs: 60000,
  ringMs: null,
  queueMs: null,
  disposition: 'ANSWERED',
  dispositionRaw: '200',
  hangupCause: null,
  sipCode: 200,
  hangupParty: 'DST',
  wrapUpCode: null,
  costAmount: '0.0025',
  costCurrency: 'USD',
  rateAmount: '0.0025',
  recordingState: 'UNKNOWN',
  transcriptState: 'UNKNOWN',
  recordingRefs: [{ id: 'r1', url: null }],
  extra: { codec_src: 'amrwb', user_data: '{"identity":"eyJ0eXAiOiJwYXNzcG9ydCJ9"}' },
  rawPayload: null,
}

/** The sample as a change. */
export const sampleChange: CdrChange = {
  kind: 'cdr',
  head: {
    eventId: '5df41881-3aed-5d10-8d5b-5e0e2cf5d1a1',
    eventType: 'CREATED',
    revision: 1,
    contentHash: 'ab'.repeat(32),
    provider: 'carrierx',
    source: 'carrierx-main',
    account: 'main',
    ingestedAt: 1747582339900,
  },
  isLate: false,
  fields: sampleFields,
}

/** Half a surrogate pair has no UTF-8, and avsc writes what is none for it. */
const text = fc.oneof(fc.string({ unit: 'binary-ascii', maxLength: 80 }), fc.string({ unit: 'binary', maxLength: 300 }))
/** avsc reads this key as what it means in JavaScript. */
const key = text.filter((name) => name !== '__proto__')
/** avsc rounds longs below -2^52. */
const maxLong = 2 ** 52

/** Any value of an avsc type. */
export function valuesOf(type: avsc.Type): fc.Arbitrary<unknown> {
  const { types } = avsc
  if (type instanceof types.StringType) return text
  if (type instanceof types.IntType) return fc.integer()
  if (type instanceof types.LongType) return fc.oneof(fc.integer(), fc.integer({ min: -maxLong, max: maxLong }))
  if (type instanceof types.BooleanType) return fc.boolean()
  if (type instanceof types.DoubleType) return fc.double({ noNaN: true })
  if (type instanceof types.EnumType) return fc.constantFrom(...type.symbols)
  if (type instanceof types.ArrayType) return fc.array(valuesOf(type.itemsType), { maxLength: 5 })
  if (type instanceof types.MapType) return fc.dictionary(key, valuesOf(type.valuesType), { maxKeys: 30 })
  if (type instanceof types.UnwrappedUnionType) {
    const [, some] = type.types
    return some === undefined ? fc.constant(null) : fc.option(valuesOf(some))
  }
  if (type instanceof types.RecordType) {
    return fc.record(Object.fromEntries(type.fields.map((field) => [field.name, valuesOf(field.type)])))
  }
  return fc.constant(null)
}
