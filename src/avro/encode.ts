import type { CdrChange } from '../model/change.ts'
import { compileWriter, type Place } from './compile-writer.ts'
import { misfit } from './misfit.ts'
import { eventSchemas, type RecordSchema, schemaVersion, typeOf } from './schemas.ts'
import { slabOf } from './slab.ts'

/** The Confluent wire format: a zero, the schema's id, the Avro value. */
const prefixBytes = 5

const headFields: ReadonlySet<string> = new Set([
  'eventId',
  'eventType',
  'revision',
  'contentHash',
  'provider',
  'source',
  'account',
  'ingestedAt',
] satisfies (keyof CdrChange['head'])[])

/**
 * Encodes changes of CDRs as values of the topic, in the Confluent wire format.
 *
 * Throws `RT-BUG-SCHEMA` with the path of the field that does not fit, and no value. The buffers share slabs, see
 * `slabOf`: let go of them together.
 */
export function createCdrEncoder(schemaId: number): (change: CdrChange) => Buffer {
  return encoder(eventSchemas.cdr, schemaId, (field) => {
    if (headFields.has(field)) return { path: ['head', field] }
    return { path: field === 'isLate' ? ['isLate'] : ['fields', field] }
  })
}

/** Encodes events that are objects with the schema's fields, less `schemaVersion`; as `createCdrEncoder` does. */
export function createEncoder(schema: RecordSchema, schemaId: number): (event: object) => Buffer {
  return encoder(schema, schemaId, (field) => ({ path: [field] }))
}

function encoder(schema: RecordSchema, schemaId: number, placeOf: (field: string) => Place): (event: object) => Buffer {
  const constant = schemaVersion(schema)
  const placed = (field: string): Place => (field === 'schemaVersion' ? { constant } : placeOf(field))
  const prefix = Buffer.alloc(prefixBytes)
  prefix.writeInt32BE(schemaId, 1)
  const write = compileWriter(typeOf(schema), placed)
  const slab = slabOf<object>((buffer, at, event) => {
    for (let i = 0; i < prefixBytes; i++) buffer[at + i] = prefix[i] ?? 0
    return write(buffer, at + prefixBytes, event)
  })
  return (event) => {
    try {
      return slab(event)
    } catch (cause) {
      throw misfit(schema, placed, event, cause)
    }
  }
}
