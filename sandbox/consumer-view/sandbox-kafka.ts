import type { Kafka } from 'kafkajs'
import { createKafka } from '../../src/kafka/client.ts'

const silent = { error() {}, warn() {}, debug() {} }
const noTopics = {
  cdr: '',
  recordingReady: '',
  transcriptReady: '',
  mediaUnavailable: '',
  deadLetter: '',
  checkpoints: '',
}

/** A quiet kafkajs client for the sandbox's own reading, with Ringtail's corrections and zstd. */
export function sandboxKafka(brokers: readonly string[]): Kafka {
  const settings = {
    brokers,
    tls: undefined,
    sasl: undefined,
    sessionTimeoutMs: 10_000,
    topics: noTopics,
    createTopics: false,
    compression: 'none',
  } as const
  return createKafka(settings, 'ringtail-sandbox', silent)
}
