import type { KafkaSettings } from '../src/model/settings.ts'

/** A Kafka without security, as the sandbox has it. */
export function kafkaSettings(brokers: readonly string[]): KafkaSettings {
  return {
    brokers,
    tls: undefined,
    sasl: undefined,
    sessionTimeoutMs: 6_000,
    topics: { cdr: '', recordingReady: '', transcriptReady: '', mediaUnavailable: '', deadLetter: '', checkpoints: '' },
    createTopics: false,
    compression: 'none',
  }
}

/** Nobody listens. */
export const silent = { error: () => {}, warn: () => {}, debug: () => {} }
