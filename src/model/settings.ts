import type { RateLimit } from './http.ts'
import type { Provider, SourceFacts, Timing } from './provider.ts'
import type { Secret } from './secret.ts'

/** A configured provider account, with every default filled in. */
export interface SourceSettings extends SourceFacts {
  readonly provider: Provider<unknown>
  /** The provider's own keys, validated by `provider.settings`. */
  readonly own: unknown
  /** Where the first start begins, milliseconds; undefined: one recheck horizon ago. */
  readonly sinceMs: number | undefined
  readonly timing: Timing
  readonly limits: readonly RateLimit[]
  readonly media: MediaSettings
}

/** Whether recordings and transcripts are announced, and how long they are waited for. Milliseconds. */
export interface MediaSettings {
  readonly recordings: boolean
  readonly transcripts: boolean
  readonly firstProbeMs: number
  readonly maxProbeMs: number
  readonly deadlineMs: number
}

/** The names of the topics. */
export interface TopicNames {
  readonly cdr: string
  readonly recordingReady: string
  readonly transcriptReady: string
  readonly mediaUnavailable: string
  readonly deadLetter: string
  readonly checkpoints: string
}

/** How to reach Kafka. PEM texts, not paths, in `tls`. */
export interface KafkaSettings {
  readonly brokers: readonly string[]
  readonly tls: { readonly ca?: string; readonly cert?: string; readonly key?: Secret } | undefined
  readonly sasl:
    | {
        readonly mechanism: 'plain' | 'scram-sha-256' | 'scram-sha-512'
        readonly username: string
        readonly password: Secret
      }
    | {
        readonly mechanism: 'oauthbearer'
        readonly tokenUrl: string
        readonly clientId: string
        readonly clientSecret: Secret
        readonly scope: string | undefined
      }
    | undefined
  readonly sessionTimeoutMs: number
  readonly topics: TopicNames
  /** false: never created; partitions or replicationFactor undefined: 6, and 3 or as many as there are brokers. */
  readonly createTopics:
    | false
    | { readonly partitions: number | undefined; readonly replicationFactor: number | undefined }
  readonly compression: 'none' | 'gzip' | 'zstd'
}

/** How to reach the schema registry. */
export interface RegistrySettings {
  readonly url: string
  readonly username: string | undefined
  readonly password: Secret | undefined
  /** Whether schemas are registered at start; otherwise they must be there. */
  readonly register: boolean
}

/** The whole configuration, validated, with every default filled in. */
export interface Settings {
  readonly app: { readonly id: string; readonly checkpointPartitions: number }
  readonly kafka: KafkaSettings
  readonly schemaRegistry: RegistrySettings
  readonly events: { readonly headers: 'none' | 'cloudevents' }
  readonly admin: { readonly host: string; readonly port: number; readonly token: Secret | undefined }
  readonly log: { readonly level: 'fatal' | 'error' | 'warn' | 'info' | 'debug' | 'trace' | 'silent' }
  readonly sources: readonly SourceSettings[]
}
