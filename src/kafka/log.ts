import type { LogEntry, logCreator } from 'kafkajs'
import { kafkajs } from './kafkajs.ts'

/** Where what kafkajs has to say goes. */
export interface KafkaLog {
  error(facts: object, message: string): void
  warn(facts: object, message: string): void
  debug(facts: object, message: string): void
}

/**
 * kafkajs's log, one line each. What it calls errors are often moments that it then copes with itself, so nothing is
 * louder than a warning; Ringtail's own lines say what failed.
 */
export function kafkaLogCreator(log: KafkaLog): logCreator {
  return () => (entry: LogEntry) => {
    const { message, error, broker, clientId } = entry.log
    // A transaction that follows another closely meets this; kafkajs asks again a few milliseconds later.
    const routine = `${message} ${error}`.includes('another concurrent operation on the same transaction')
    const facts = { kafkajs: entry.namespace, error, broker, clientId }
    if (entry.level <= kafkajs.logLevel.WARN && !routine) log.warn(facts, message)
    else log.debug(facts, message)
  }
}
