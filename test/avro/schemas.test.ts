import { expect, test } from 'vitest'
import { type EventKind, eventSchemas, schemasBySubject, schemaVersion, typeOf } from '../../src/avro/schemas.ts'
import type { Channel, Direction, Disposition, Granularity, MediaState, TimePrecision } from '../../src/model/cdr.ts'
import { typesIn } from './compatibility.ts'
import { type sampleChange, sampleFields } from './samples.ts'

const schemas = Object.values(eventSchemas)
const fieldsOf = (schema: (typeof schemas)[number]) =>
  typesIn({ ...schema }).flatMap((type) => (Array.isArray(type['fields']) ? type['fields'] : []))

test.each(schemas)('$name is valid Avro of namespace ringtail.v1', (schema) => {
  expect(typeOf(schema).name).toBe(`ringtail.v1.${schema.name}`)
  expect(schemaVersion(schema)).toBe(1)
})

test('records have the names that consumers know', () => {
  const names = Object.fromEntries(Object.entries(eventSchemas).map(([kind, { name }]) => [kind, name]))
  expect(names).toEqual({
    cdr: 'NormalizedCdr',
    recordingReady: 'RecordingReady',
    transcriptReady: 'TranscriptReady',
    mediaUnavailable: 'MediaUnavailable',
  } satisfies Record<EventKind, string>)
})

test.each(schemas)('every record, field and enum of $name is explained', (schema) => {
  const named = typesIn({ ...schema }).filter(({ type }) => type === 'record' || type === 'enum')
  for (const one of [...named, ...fieldsOf(schema)]) expect(one.doc, one.name).toMatch(/^[A-Z1].{8,}\.$/)
})

test.each(schemas)('every enum of $name has UNKNOWN first and as its default', (schema) => {
  for (const type of typesIn({ ...schema })) {
    if (type['type'] !== 'enum') continue
    expect(type['default'], String(type['name'])).toBe('UNKNOWN')
    expect(Array.isArray(type['symbols']) && type['symbols'][0]).toBe('UNKNOWN')
  }
})

test.each(schemas)('every union of $name is an optional value that is null by default', (schema) => {
  for (const field of fieldsOf(schema)) {
    if (!Array.isArray(field.type)) continue
    expect(field.type).toHaveLength(2)
    expect(field.type[0]).toBe('null')
    expect(field.default).toBeNull()
  }
})

test.each(schemas)('$name has a default wherever a value can be guessed', (schema) => {
  for (const field of fieldsOf(schema)) {
    const { type } = field.type
    if (type === 'enum') expect(field.default, field.name).toBe('UNKNOWN')
    if (type === 'array') expect(field.default, field.name).toEqual([])
    if (type === 'map') expect(field.default, field.name).toEqual({})
    if (field.type === 'boolean') expect(field.default, field.name).toBeTypeOf('boolean')
  }
})

test.each(schemas)('$name starts with the common head', (schema) => {
  const names = schema.fields.map(({ name }) => name)
  expect(names.slice(0, 8)).toEqual(Object.keys({ ...headInOrder }))
  expect(names[8]).toBe('schemaVersion')
})

test('a type that several files define is the same in all of them', () => {
  const seen = new Map<unknown, unknown>()
  for (const schema of schemas) {
    for (const type of typesIn({ ...schema })) {
      if (typeof type['name'] !== 'string') continue
      expect(type).toEqual(seen.get(type['name']) ?? type)
      seen.set(type['name'], type)
    }
  }
  expect(seen.has('EventType')).toBe(true)
})

test('the fields of a CDR are those of the model, in its order', () => {
  const names = eventSchemas.cdr.fields.map(({ name }) => name)
  expect(names.slice(8)).toEqual(['schemaVersion', 'isLate', ...Object.keys(sampleFields)])
})

test('the enums of a CDR are those of the model', () => {
  const enums = typesIn({ ...eventSchemas.cdr }).filter(({ type, name }) => type === 'enum' && name !== 'EventType')
  const symbols = enums.map(({ name, symbols }) => [name, new Set(Array.isArray(symbols) ? symbols : [])])
  const expected = Object.entries(enumsOfModel).map(([name, list]) => [name, new Set(Object.keys(list))])
  expect(Object.fromEntries(symbols)).toEqual(Object.fromEntries(expected))
})

test('subjects follow the topics that are configured', () => {
  const topics = {
    cdr: 'a.v1',
    recordingReady: 'b',
    transcriptReady: 'c',
    mediaUnavailable: 'd',
    deadLetter: 'e',
    checkpoints: 'f',
  }
  const names = [...schemasBySubject(topics)].map(([subject, { name }]) => [subject, name])
  expect(names).toEqual([
    ['a.v1-value', 'NormalizedCdr'],
    ['b-value', 'RecordingReady'],
    ['c-value', 'TranscriptReady'],
    ['d-value', 'MediaUnavailable'],
  ])
})

const headInOrder: Record<keyof typeof sampleChange.head, 0> = {
  eventId: 0,
  eventType: 0,
  revision: 0,
  contentHash: 0,
  provider: 0,
  source: 0,
  account: 0,
  ingestedAt: 0,
}

const enumsOfModel: {
  Granularity: Record<Granularity, 0>
  Channel: Record<Channel, 0>
  Direction: Record<Direction, 0>
  TimePrecision: Record<TimePrecision, 0>
  Disposition: Record<Disposition, 0>
  MediaState: Record<MediaState, 0>
} = {
  Granularity: { CALL: 0, LEG: 0, INTERACTION: 0, UNKNOWN: 0 },
  Channel: { VOICE: 0, SMS: 0, CHAT: 0, FAX: 0, LOOKUP: 0, OTHER: 0, UNKNOWN: 0 },
  Direction: { INBOUND: 0, OUTBOUND: 0, INTERNAL: 0, UNKNOWN: 0 },
  TimePrecision: { MILLISECOND: 0, SECOND: 0, MINUTE: 0, DAY: 0, UNKNOWN: 0 },
  Disposition: {
    ANSWERED: 0,
    NO_ANSWER: 0,
    BUSY: 0,
    FAILED: 0,
    REJECTED: 0,
    ABANDONED: 0,
    CANCELLED: 0,
    VOICEMAIL: 0,
    IN_PROGRESS: 0,
    DELIVERED: 0,
    NOT_DELIVERED: 0,
    COMPLETED: 0,
    UNKNOWN: 0,
  },
  MediaState: { AVAILABLE: 0, PENDING: 0, NONE: 0, UNKNOWN: 0 },
}
