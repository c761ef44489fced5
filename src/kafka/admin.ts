import type { Admin } from 'kafkajs'
import { causeOf, RingtailError } from '../model/errors.ts'
import type { KafkaSettings } from '../model/settings.ts'
import { createKafka } from './client.ts'
import { protocolCode } from './kafka-errors.ts'
import { kafkajs } from './kafkajs.ts'
import type { KafkaLog } from './log.ts'

/** What a listener without SASL answers to credentials. */
const illegalSaslState = 34

/**
 * Does `work` with an admin client and disconnects it. Throws `RT-KAFKA-DOWN` where no broker answers,
 * `RT-KAFKA-AUTH` where the credentials are refused, or what `work` throws.
 */
export async function withAdmin<T>(
  settings: KafkaSettings,
  clientId: string,
  log: KafkaLog,
  work: (admin: Admin) => Promise<T>,
): Promise<T> {
  const admin = createKafka(settings, clientId, log).admin({ retry: { retries: 2 } })
  try {
    await admin.connect()
    return await work(admin)
  } catch (error) {
    throw explained(error, settings.brokers)
  } finally {
    await admin.disconnect().catch(() => {})
  }
}

function explained(error: unknown, brokers: readonly string[]): unknown {
  if (causeOf(error, RingtailError) !== undefined) return error
  if (
    causeOf(error, kafkajs.KafkaJSSASLAuthenticationError) !== undefined ||
    protocolCode(error) === illegalSaslState
  ) {
    return new RingtailError(`Kafka at ${brokers.join(', ')} refused the credentials`, {
      code: 'RT-KAFKA-AUTH',
      retryable: false,
      advice: 'Check kafka.sasl (mechanism, username, password), and whether the listener wants SASL at all.',
      cause: error,
    })
  }
  const isAway =
    causeOf(error, kafkajs.KafkaJSConnectionError) !== undefined ||
    causeOf(error, kafkajs.KafkaJSNumberOfRetriesExceeded) !== undefined ||
    causeOf(error, kafkajs.KafkaJSRequestTimeoutError) !== undefined
  if (!isAway) return error
  return new RingtailError(`no Kafka broker answers at ${brokers.join(', ')}`, {
    code: 'RT-KAFKA-DOWN',
    retryable: true,
    advice: 'Start Kafka, or correct kafka.brokers; Ringtail goes on by itself once a broker answers.',
    cause: error,
  })
}
