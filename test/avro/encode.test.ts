import avsc from 'avsc'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { compileWriter } from '../../src/avro/compile-writer.ts'
import { createCdrEncoder, createEncoder } from '../../src/avro/encode.ts'
import { type EventKind, eventSchemas, typeOf } from '../../src/avro/schemas.ts'
import { slabBytes } from '../../src/avro/slab.ts'
import type { CdrChange } from '../../src/model/change.ts'
import { RingtailError } from '../../src/model/errors.ts'
import { sampleChange, sampleFields, valuesOf } from './samples.ts'

const schemaId = 0x01020304
const prefix = Buffer.from([0, 1, 2, 3, 4])
const cdrType = typeOf(eventSchemas.cdr)

/** Any change, with values of any text and number that the schema allows. */
const changes: fc.Arbitrary<CdrChange> = valuesOf(cdrType).map((value) => {
  const { eventId, eventType, revision, contentHash, provider, source, account, ingestedAt, ...rest } = Object(value)
  const { schemaVersion: _, isLate, ...fields } = rest
  const head = { eventId, eventType, revision, contentHash, provider, source, account, ingestedAt }
  return { kind: 'cdr', head, isLate, fields }
})

const eventOf = ({ head, isLate, fields }: CdrChange) => ({ ...head, schemaVersion: 1, isLate, ...fields })

describe('a change of a CDR', () => {
  test('is the schema id and the value that the whole schema makes of it', () => {
    const bytes = createCdrEncoder(schemaId)(sampleChange)
    expect(bytes.subarray(0, 5)).toEqual(prefix)
    expect(bytes.subarray(5)).toEqual(cdrType.toBuffer(eventOf(sampleChange)))
    expect(cdrType.fromBuffer(bytes.subarray(5))).toEqual(eventOf(sampleChange))
  })

  test('is the same for any values', () => {
    const encode = createCdrEncoder(schemaId)
    fc.assert(
      fc.property(changes, (change) => {
        const bytes = encode(change)
        expect(bytes.subarray(0, 5).equals(prefix)).toBe(true)
        expect(bytes.subarray(5).equals(cdrType.toBuffer(eventOf(change)))).toBe(true)
        expect({ ...cdrType.fromBuffer(bytes.subarray(5)) }).toEqual(eventOf(change))
      }),
    )
  })

  test('keeps a field of any name in extra', () => {
    const extra = Object.fromEntries([['__proto__', 'kept']])
    const change = { ...sampleChange, fields: { ...sampleFields, extra } }
    expect(createCdrEncoder(schemaId)(change).subarray(5)).toEqual(cdrType.toBuffer(eventOf(change)))
  })

  test('ignores what the schema does not have', () => {
    const encode = createCdrEncoder(schemaId)
    const fields = { ...sampleFields, surplus: 1 }
    expect(encode({ ...sampleChange, fields })).toEqual(encode(sampleChange))
  })
})

describe('slabs', () => {
  test('keep every value as it was, however many follow', () => {
    const encode = createCdrEncoder(schemaId)
    const kept = Array.from({ length: 300 }, (_, index) => {
      const fields = { ...sampleFields, rawPayload: `${index}`.repeat(index) }
      return { bytes: encode({ ...sampleChange, fields }), rawPayload: fields.rawPayload }
    })
    for (const { bytes, rawPayload } of kept) {
      expect(cdrType.fromBuffer(bytes.subarray(5)).rawPayload).toBe(rawPayload)
    }
    expect(new Set(kept.map(({ bytes }) => bytes.buffer)).size).toBeGreaterThan(1)
    for (const { bytes } of kept) expect(bytes.buffer.byteLength).toBe(slabBytes)
  })

  test('are as large as the value that needs more', () => {
    const encode = createCdrEncoder(schemaId)
    const rawPayload = '€'.repeat(1_000_000)
    const bytes = encode({ ...sampleChange, fields: { ...sampleFields, rawPayload } })
    expect(cdrType.fromBuffer(bytes.subarray(5)).rawPayload).toBe(rawPayload)
    expect(cdrType.fromBuffer(encode(sampleChange).subarray(5))).toEqual(eventOf(sampleChange))
  })

  test('are not used for values that did not fit the schema', () => {
    const encode = createCdrEncoder(schemaId)
    const before = encode(sampleChange)
    expect(() => encode(Object({ ...sampleChange, fields: { ...sampleFields, rawPayload: 1 } }))).toThrow(RingtailError)
    const after = encode(sampleChange)
    expect(after).toEqual(before)
    expect(after.byteOffset).toBe(before.byteOffset + before.length)
  })
})

describe('a change that does not fit the schema', () => {
  const secret = 'a value that must not be shown'

  test.each([
    ['callId', { callId: 12_345_678_901 }],
    ['callId', { callId: undefined }],
    ['fromName', { fromName: undefined }],
    ['fromName', { fromName: { secret } }],
    ['startTime', { startTime: new Date() }],
    ['startTime', { startTime: Number.NaN }],
    ['startTime', { startTime: 1.5 }],
    ['sipCode', { sipCode: 2 ** 31 }],
    ['direction', { direction: secret }],
    ['direction', { direction: undefined }],
    ['derivedFields', { derivedFields: secret }],
    ['derivedFields.1', { derivedFields: ['talkMs', null] }],
    ['extra', { extra: null }],
    ['extra', { extra: [secret] }],
    ['extra.codec', { extra: { codec: null } }],
    ['recordingRefs.0', { recordingRefs: [null] }],
    ['recordingRefs.0.url', { recordingRefs: [{ id: secret, url: 7 }] }],
    ['recordingRefs.0.id', { recordingRefs: [{ url: secret }] }],
  ])('is refused at %s', (path, wrong) => {
    const encode = createCdrEncoder(schemaId)
    const error = thrownBy(() => encode(Object({ ...sampleChange, fields: { ...sampleFields, ...wrong } })))
    expect(error).toMatchObject({ code: 'RT-BUG-SCHEMA', retryable: false })
    expect(error.message).toBe(`a NormalizedCdr does not fit its schema at ${path}`)
    expect(`${error.message}${String(error.cause)}`).not.toContain(secret)
  })

  test('is refused in its head, with every path', () => {
    const encode = createCdrEncoder(schemaId)
    const head = { ...sampleChange.head, revision: '1', source: null }
    expect(thrownBy(() => encode(Object({ ...sampleChange, head, isLate: 0 }))).message).toBe(
      'a NormalizedCdr does not fit its schema at revision, source, isLate',
    )
    expect(thrownBy(() => encode(Object({ ...sampleChange, head: undefined }))).message).toContain('eventId, eventType')
  })

  function thrownBy(work: () => unknown): RingtailError {
    try {
      work()
    } catch (error) {
      if (error instanceof RingtailError) return error
      throw error
    }
    throw new Error('nothing was thrown')
  }
})

const others: EventKind[] = ['recordingReady', 'transcriptReady', 'mediaUnavailable']

test.each(others)('an event %s is the schema id and what the schema makes of it', (kind) => {
  const type = typeOf(eventSchemas[kind])
  const encode = createEncoder(eventSchemas[kind], schemaId)
  fc.assert(
    fc.property(valuesOf(type), (value) => {
      const { schemaVersion: _, ...event } = Object(value)
      const bytes = encode(event)
      expect(bytes.subarray(0, 5).equals(prefix)).toBe(true)
      expect(bytes.subarray(5).equals(type.toBuffer({ ...event, schemaVersion: 1 }))).toBe(true)
    }),
  )
})

test('an event that does not fit is refused with its path', () => {
  const encode = createEncoder(eventSchemas.mediaUnavailable, schemaId)
  expect(() => encode({})).toThrow(/a MediaUnavailable does not fit its schema at eventId, .*reason/)
})

test.each([
  ['bytes', 'bytes'],
  ['unions of more than null and one type', ['null', 'string', 'int']],
  ['unions where null is not first', ['string', 'null']],
])('schemas with %s are refused at start', (_, type) => {
  const schema = { type: 'record', name: 'Odd', fields: [{ name: 'odd', type }] }
  expect(() => compileWriter(avsc.Type.forSchema(JSON.parse(JSON.stringify(schema)), { wrapUnions: 'never' }))).toThrow(
    'no event may',
  )
})
