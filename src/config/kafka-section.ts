import { z } from 'zod'
import { pemSecret, pemText } from './pem.ts'
import {
  count,
  isLoopback,
  kafkaName,
  positiveDuration,
  secret,
  text,
  webAddress,
  withBothOrNeither,
} from './scalars.ts'

const broker = z.string({ error: 'expected host:port' }).superRefine((value, context) => {
  const port = Number(/^[A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?:(\d{1,5})$/.exec(value)?.[1])
  if (port >= 1 && port <= 65_535) return
  // A second colon is an IPv6 literal, which kafkajs takes apart at the wrong place.
  const isIpv6 = /:.*:/.test(value) && !value.includes('://')
  context.addIssue({ code: 'custom', message: `expected host:port${isIpv6 ? ' with a name for IPv6 addresses' : ''}` })
})

function tls(folder: string) {
  const files = z.strictObject({
    ca: pemText(folder).exactOptional().describe('The authority that signed the brokers’ certificates'),
    cert: pemText(folder).exactOptional().describe('Our certificate, for brokers that want one'),
    key: pemSecret(folder).exactOptional().describe('The private key of `cert`'),
  })
  return z
    .union([z.boolean(), withBothOrNeither(files, 'cert', 'key')], {
      error: 'expected true, false or a mapping with ca, cert and key',
    })
    .transform((value) => (typeof value === 'boolean' ? (value ? {} : undefined) : value))
}

const login = z.strictObject({
  mechanism: z.enum(['plain', 'scram-sha-256', 'scram-sha-512']).describe('How to log in'),
  username: text.describe('The user'),
  password: secret.describe('The user’s password'),
})

const oauth = z.strictObject({
  mechanism: z.literal('oauthbearer').describe('Logs in with a token that is fetched with client credentials'),
  tokenUrl: webAddress
    .refine((url) => url.startsWith('https:') || isLoopback(url), {
      error: 'expected an https address (http only on this machine), since the client secret is sent there',
    })
    .describe('Where tokens are fetched'),
  clientId: text.describe('The client'),
  clientSecret: secret.describe('The client’s secret'),
  scope: text.optional().describe('The scope to ask for'),
})

/** The section `kafka.topics`. */
export const topicsSection = z.strictObject({
  cdr: kafkaName.prefault('telecom.cdr.v1').describe('Call detail records'),
  recordingReady: kafkaName.prefault('telecom.recording-ready.v1').describe('Recordings that can be fetched'),
  transcriptReady: kafkaName.prefault('telecom.transcript-ready.v1').describe('Transcripts that can be fetched'),
  mediaUnavailable: kafkaName.prefault('telecom.media-unavailable.v1').describe('Media that will not come, and why'),
  deadLetter: kafkaName.optional().meta({ description: 'Rows that can’t be read', standard: '<app.id>.dead-letter' }),
  checkpoints: kafkaName.optional().meta({ description: 'What has been published', standard: '<app.id>.checkpoints' }),
})

const newTopics = z.strictObject({
  partitions: count.optional().meta({ description: 'Partitions of a new event topic', standard: 6 }),
  replicationFactor: z
    .int()
    .min(1)
    .max(32_767)
    .optional()
    .meta({ description: 'Replicas of a new topic, at most as many as there are brokers', standard: 3 }),
})

/** The section `kafka`. Paths in it are relative to `folder`. */
export function kafkaSection(folder: string) {
  return z.strictObject({
    brokers: z.array(broker).min(1).describe('Brokers to ask first, as `host:port`'),
    tls: tls(folder).optional().describe('TLS: `true`, or PEM texts or the paths of PEM files'),
    sasl: z.discriminatedUnion('mechanism', [login, oauth]).optional().describe('How to log in'),
    sessionTimeout: positiveDuration.prefault('6s').describe('How soon a dead process is noticed'),
    topics: topicsSection.prefault({}).describe('Names of the topics'),
    createTopics: z
      .union([z.boolean(), newTopics], { error: 'expected true, false or a mapping of partitions, replicationFactor' })
      .prefault(true)
      .describe('Whether missing topics are created, and how'),
    compression: z.enum(['none', 'gzip', 'zstd']).prefault('zstd').describe('How batches are compressed'),
  })
}

/** The section `kafka` as it was read. */
export type KafkaSection = z.output<ReturnType<typeof kafkaSection>>
