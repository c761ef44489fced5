import { causeOf } from '../model/errors.ts'
import { kafkajs } from './kafkajs.ts'

/** A transaction that was not committed; nothing of it is visible. */
export class NotCommitted extends Error {
  override readonly name = 'NotCommitted'
}

/** A commit whose answer did not come: it may have happened. Fence, restore, and the checkpoint says which. */
export class OutcomeUnknown extends Error {
  override readonly name = 'OutcomeUnknown'
}

/** Kafka did not report a partition that records were sent to: they were not written (kafkajs issue 1303). */
export class LostWrite extends Error {
  override readonly name = 'LostWrite'
}

/** `INVALID_PRODUCER_EPOCH`, `PRODUCER_FENCED`: what brokers answer to one who is not the last to be initialised. */
const fencedCodes: readonly number[] = [47, 90]

/** The code that a broker answered with, wherever it is in the chain of causes. */
export function protocolCode(error: unknown): number | undefined {
  return causeOf(error, kafkajs.KafkaJSProtocolError)?.code
}

/**
 * Whether a newer owner initialised the transactional id, or the coordinator aborted a transaction that took too
 * long: brokers answer both alike.
 */
export function isFenced(error: unknown): boolean {
  const code = protocolCode(error)
  return code !== undefined && fencedCodes.includes(code)
}
