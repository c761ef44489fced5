import type { LogEntry, logCreator } from 'kafkajs'
import { kafkajs } from './kafkajs.ts'

/** Where what kafkajs has to say goes. */
export interface KafkaLog {
  error(facts: object, message: string): void
  warn(facts: object, message: string): void
  debug(facts: object, message: string): void
}

/** What kafkajs says of moments that Ringtail's own lines cover, or that are over some milliseconds later. */
const routine: readonly string[] = [
  'another concurrent operation on the same transaction',
  'Connection error',
  'Failed to connect to seed broker',
  'Failed to connect to broker, reconnecting',
]

/**
 * kafkajs's log, one line each. What it calls errors are often moments that it then copes with itself, so nothing is
 * louder than a warning; Ringtail's own lines say what failed.
 */
export function kafkaLogCreator(log: KafkaLog): logCreator {
  return () => (entry: LogEntry) => {
    const { message, error, broker, clientId } = entry.log
    const isRoutine = routine.some((text) => `${message} ${error}`.includes(text))
    const facts = { kafkajs: entry.namespace, error, broker, clientId }
    if (entry.level <= kafkajs.logLevel.WARN && !isRoutine) log.warn(facts, message)
    else log.debug(facts, message)
  }
}
