import { createHash } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import {
  eventSchemas,
  type RecordField,
  type RecordSchema,
  schemaFolder,
  schemaVersion,
} from '../../src/avro/schemas.ts'
import { compatibilityFaults, resolutionFaults, ruleFaults } from './compatibility.ts'

const folder = join(schemaFolder, 'released')
const releasedFiles = readdirSync(folder).filter((file) => file.endsWith('.avsc'))
const released = releasedFiles.map((file): { file: string; schema: RecordSchema } => ({
  file,
  schema: JSON.parse(readFileSync(join(folder, file), 'utf8')),
}))

test('released schemas are as they were when they were released', () => {
  const sums = releasedFiles.sort().map((file) => {
    const sum = createHash('sha256').update(readFileSync(join(folder, file)))
    return `${sum.digest('hex')}  ${file}\n`
  })
  expect(sums.join('')).toBe(readFileSync(join(folder, 'SHA256SUMS'), 'utf8'))
})

describe.each(Object.values(eventSchemas))('$name', (schema) => {
  const versions = released.filter((one) => one.schema.name === schema.name)

  test('has been released', () => {
    expect(versions.length).toBeGreaterThan(0)
  })

  test.each(versions)('is fully compatible with $file', ({ schema: old }) => {
    expect(compatibilityFaults(schema, old)).toEqual([])
  })

  test('changes with its version only', () => {
    const same = versions.find(
      (one) => one.schema.fields.length > 0 && schemaVersion(one.schema) === schemaVersion(schema),
    )
    if (same !== undefined) expect(schema).toEqual(same.schema)
  })
})

describe('the compatibility check', () => {
  const { cdr } = eventSchemas
  const changed = (change: (fields: readonly RecordField[]) => readonly RecordField[]): RecordSchema => ({
    ...cdr,
    fields: change(cdr.fields),
  })
  const retyped = (name: string, type: unknown) =>
    changed((fields) => fields.map((field) => (field.name === name ? { ...field, type } : field)))
  const without = (name: string) => changed((fields) => fields.filter((field) => field.name !== name))
  const enumOf = (symbols: readonly string[], rest: object = { default: 'UNKNOWN' }) => ({
    type: 'enum',
    name: 'Direction',
    symbols,
    ...rest,
  })

  test.each([
    ['a new field without a default', changed((fields) => [...fields, { name: 'added', type: 'string' }])],
    ['a lost field without a default', without('recordId')],
    ['another type', retyped('callId', 'long')],
    ['a promotion, which works one way only', retyped('revision', 'long')],
    ['an option that became a must', retyped('fromName', 'string')],
    ['an enum without a default', retyped('direction', enumOf(['UNKNOWN', 'INBOUND', 'SIDEWAYS'], {}))],
    ['another record in a list', retyped('derivedFields', { type: 'array', items: 'long' })],
    ['another name', { ...cdr, name: 'OtherCdr' }],
  ])('refuses %s', (_, schema) => {
    expect(ruleFaults(schema, cdr)).not.toEqual([])
    expect([...resolutionFaults(schema, cdr), ...resolutionFaults(cdr, schema)]).not.toEqual([])
  })

  test('refuses a field of a nested record without a default', () => {
    const added = {
      type: 'array',
      items: { type: 'record', name: 'RecordingRef', fields: [{ name: 'new', type: 'int' }] },
    }
    expect(ruleFaults(retyped('recordingRefs', added), cdr)).not.toEqual([])
  })

  test.each([
    ['a new field with a default', changed((fields) => [...fields, { name: 'added', type: 'string', default: '' }])],
    ['a lost field with a default', without('rawPayload')],
    ['a new symbol', retyped('direction', enumOf(['UNKNOWN', 'INBOUND', 'OUTBOUND', 'INTERNAL', 'SIDEWAYS']))],
  ])('allows %s', (_, schema) => {
    expect(compatibilityFaults(schema, cdr)).toEqual([])
  })
})
