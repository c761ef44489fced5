import type { TopicNames } from '../model/settings.ts'
import type { KafkaSection } from './kafka-section.ts'

/** The names of all topics; those that are not given are named after the installation. */
export function topicNames(appId: string, topics: KafkaSection['topics']): TopicNames {
  return {
    ...topics,
    deadLetter: topics.deadLetter ?? `${appId}.dead-letter`,
    checkpoints: topics.checkpoints ?? `${appId}.checkpoints`,
  }
}
