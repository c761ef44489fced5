import type { KafkaSettings, Settings, SourceSettings } from '../model/settings.ts'
import type { FileContent } from './file-schema.ts'
import type { KafkaSection } from './kafka-section.ts'
import type { SourceParts } from './source-parts.ts'
import { mediaOf, timingOf } from './timing.ts'
import { topicNames } from './topic-names.ts'

/** The settings that a file without faults says; `parts` are those of its sources, in order. */
export function settingsOf(file: FileContent, parts: readonly SourceParts[]): Settings {
  const { schemaRegistry, admin } = file
  return {
    app: file.app,
    kafka: kafkaSettings(file.app.id, file.kafka),
    schemaRegistry: { ...schemaRegistry, username: schemaRegistry.username, password: schemaRegistry.password },
    events: file.events,
    admin: { ...admin, token: admin.token },
    log: file.log,
    sources: parts.flatMap((part, index) => {
      const keys = file.sources[index]
      return keys === undefined ? [] : [sourceSettings(keys, file.defaults, part)]
    }),
  }
}

function kafkaSettings(appId: string, kafka: KafkaSection): KafkaSettings {
  const { brokers, tls, sasl, sessionTimeout, topics, createTopics, compression } = kafka
  return {
    brokers,
    tls,
    sasl: sasl?.mechanism === 'oauthbearer' ? { ...sasl, scope: sasl.scope } : sasl,
    sessionTimeoutMs: sessionTimeout,
    topics: topicNames(appId, topics),
    createTopics: createTopicsOf(createTopics),
    compression,
  }
}

function createTopicsOf(given: KafkaSection['createTopics']): KafkaSettings['createTopics'] {
  if (given === false) return false
  const { partitions, replicationFactor } = given === true ? {} : given
  return { partitions, replicationFactor }
}

function sourceSettings(
  keys: FileContent['sources'][number],
  defaults: FileContent['defaults'],
  { provider, own }: SourceParts,
): SourceSettings {
  return {
    name: keys.name,
    account: keys.account ?? keys.name,
    defaultRegion: keys.defaultRegion,
    keep: keys.keep,
    provider,
    own,
    sinceMs: keys.since,
    timing: timingOf(keys, defaults, provider),
    limits: keys.rateLimit ?? defaults.rateLimit ?? provider.limits,
    media: mediaOf(keys, defaults),
  }
}
