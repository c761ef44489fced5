import { RingtailError } from '../model/errors.ts'
import type { RegistrySettings } from '../model/settings.ts'
import { openRegistry } from './registry.ts'

const prefixBytes = 5

/** An event as its schema says: times are milliseconds, unions plain values or null. */
export type DecodedEvent = Readonly<Record<string, unknown>>

/**
 * Decodes values in the Confluent wire format, by the schema that each was written with.
 *
 * Schemas are asked for once by id. Throws `RT-EVENT-UNREADABLE` where the bytes are not such a value, and what the
 * registry's client throws.
 */
export function decoder(settings: RegistrySettings): (value: Buffer) => Promise<DecodedEvent> {
  const { client } = openRegistry(settings)
  return async (value) => {
    if (value.length < prefixBytes || value[0] !== 0) throw unreadable('it does not start with a schema id')
    const schema = await client.schema(value.readInt32BE(1))
    return eventIn(() => schema.fromBuffer(value.subarray(prefixBytes)))
  }
}

function eventIn(read: () => unknown): DecodedEvent {
  let event: unknown
  try {
    event = read()
  } catch (cause) {
    throw unreadable('it does not fit its schema', cause)
  }
  if (typeof event !== 'object' || event === null) throw unreadable('it is not a record')
  return { ...event }
}

function unreadable(reason: string, cause?: unknown): RingtailError {
  return new RingtailError(`the value of a Kafka record is not an event of Ringtail: ${reason}`, {
    code: 'RT-EVENT-UNREADABLE',
    retryable: false,
    advice: 'Check who else writes to the topic.',
    cause,
  })
}
