import type { CdrChange, Change, RejectChange } from '../model/change.ts'
import type { RejectReason } from '../model/row.ts'
import type { TopicNames } from '../model/settings.ts'
import type { TopicRecord } from '../model/topic-record.ts'
import { partitionOf } from './partition-of.ts'

/** A dead letter's text is cut here, since a batch may not be larger than 1 MiB. */
const mostDeadLetterBytes = 850_000

/** Where events go, and how their values are made. */
export interface EventDoors {
  readonly topics: TopicNames
  /** How many partitions each topic has. */
  readonly partitions: ReadonlyMap<string, number>
  readonly encodeCdr: (change: CdrChange) => Buffer
  /** Whether events carry the headers of CloudEvents' binary mode. */
  readonly cloudEvents: boolean
}

/** Makes the record of a change: topic, key, the key's partition, and the encoded value. */
export function eventRecords(doors: EventDoors): (change: Change) => TopicRecord {
  const addressed = (topic: string, key: string, value: Buffer, headers?: Record<string, string>): TopicRecord => {
    const partitions = doors.partitions.get(topic)
    if (partitions === undefined) throw new Error(`the number of partitions of ${topic} is not known`)
    const keyBytes = Buffer.from(key)
    const partition = partitionOf(keyBytes, partitions)
    return headers === undefined
      ? { topic, partition, key: keyBytes, value }
      : { topic, partition, key: keyBytes, value, headers }
  }
  return (change) => {
    switch (change.kind) {
      case 'cdr': {
        const headers = doors.cloudEvents ? cloudEventHeaders(change) : undefined
        return addressed(
          doors.topics.cdr,
          `${change.head.source}:${change.fields.callId}`,
          doors.encodeCdr(change),
          headers,
        )
      }
      case 'reject': {
        const { value, isCut } = rawValue(change.reject.rawText)
        return addressed(
          doors.topics.deadLetter,
          change.origin.source,
          value,
          deadLetterHeaders(change, doors.topics, isCut),
        )
      }
      default:
        return change satisfies never
    }
  }
}

/** CloudEvents 1.0 in Kafka's binary mode: what the event is about stays in its value, no number is in a header. */
function cloudEventHeaders({ head, fields }: CdrChange): Record<string, string> {
  return {
    'content-type': 'application/avro',
    ce_specversion: '1.0',
    ce_id: head.eventId,
    ce_source: `/ringtail/${head.source}`,
    ce_type: `dev.ringtail.telecom.cdr.${head.eventType === 'CREATED' ? 'created' : 'changed'}.v1`,
    ce_time: new Date(fields.endTime ?? head.ingestedAt).toISOString(),
  }
}

/** The headers that Kafka Connect gives to dead letters, so that its tools can read ours. */
function deadLetterHeaders(change: RejectChange, topics: TopicNames, isCut: boolean): Record<string, string> {
  const { origin, feed, reject } = change
  return {
    '__connect.errors.topic': topics.cdr,
    '__connect.errors.connector.name': origin.source,
    '__connect.errors.task.id': feed,
    '__connect.errors.stage': stages[reject.reason],
    '__connect.errors.class.name': origin.provider,
    '__connect.errors.exception.class.name': reject.reason,
    '__connect.errors.exception.message': reject.detail,
    ...(isCut ? { 'ringtail.truncated': 'true' } : {}),
  }
}

const stages: Readonly<Record<RejectReason, string>> = {
  'not-an-object': 'PARSE',
  'no-id': 'PARSE',
  'bad-time': 'NORMALIZE',
  'bad-value': 'NORMALIZE',
  'too-large': 'PRODUCE',
}

function rawValue(text: string): { readonly value: Buffer; readonly isCut: boolean } {
  const value = Buffer.from(text)
  if (value.length <= mostDeadLetterBytes) return { value, isCut: false }
  // Cut between characters: the bytes of one all have 10 as their top bits but the first.
  let end = mostDeadLetterBytes
  while (((value[end] ?? 0) & 0xc0) === 0x80) end--
  return { value: value.subarray(0, end), isCut: true }
}
