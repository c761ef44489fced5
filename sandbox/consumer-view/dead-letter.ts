import type { KafkaMessage } from 'kafkajs'

/** A row that could not be read, as a consumer of the dead letters gets it. */
export interface DeadLetter {
  readonly source: string
  readonly feed: string
  readonly reason: string
  readonly detail: string
  /** The row as the provider sent it. */
  readonly rawText: string
  readonly timestampMs: number
}

/** Reads a dead letter: its value, and what the headers that Kafka Connect gives to dead letters say. */
export function deadLetter({ value, headers, timestamp }: KafkaMessage): DeadLetter {
  const header = (name: string): string => String(headers?.[`__connect.errors.${name}`] ?? '')
  return {
    source: header('connector.name'),
    feed: header('task.id'),
    reason: header('exception.class.name'),
    detail: header('exception.message'),
    rawText: value === null ? '' : value.toString(),
    timestampMs: Number(timestamp),
  }
}
