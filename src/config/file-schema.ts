import { z } from 'zod'
import type { Provider } from '../model/provider.ts'
import { kafkaSection } from './kafka-section.ts'
import { count, kafkaName, secret, text, webAddress, withBothOrNeither } from './scalars.ts'
import { defaultsSection, sourceKeys } from './source-section.ts'

const app = z.strictObject({
  id: kafkaName
    // The topics that are named after it add a suffix, and Kafka takes 249 characters.
    .max(200)
    .prefault('ringtail')
    .describe('Names the consumer group, the transactional ids and the internal topics'),
  checkpointPartitions: count
    .max(10_000)
    .prefault(32)
    .describe(
      'Partitions of the checkpoint topic: as many processes can share the sources; fixed after the first start',
    ),
})

const schemaRegistry = z.strictObject({
  url: webAddress.describe('The registry’s address'),
  username: text.optional().describe('The user, where the registry wants one'),
  password: secret.optional().describe('The user’s password'),
  register: z.boolean().prefault(true).describe('Whether schemas are registered at start; else they must be there'),
})

const events = z.strictObject({
  headers: z.enum(['none', 'cloudevents']).prefault('none').describe('Whether events carry CloudEvents headers'),
})

const admin = z.strictObject({
  host: text.prefault('127.0.0.1').describe('The address to listen at'),
  port: z.int().min(0).max(65_535).prefault(8083).describe('The port to listen at; 0 takes any free one'),
  token: secret.optional().describe('What changes must present; without it they are refused from other machines'),
})

const levels = ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'] as const
const log = z.strictObject({
  level: z.enum(levels).prefault('info').describe('The least important messages that are written'),
})

/** The schema of the file, which stands in `folder`. A source holds its provider's keys beside those said here. */
export function fileSchema(providers: readonly Provider<unknown>[], folder: string) {
  return z.strictObject({
    app: app.prefault({}).describe('This installation'),
    kafka: kafkaSection(folder).describe('The brokers'),
    schemaRegistry: withBothOrNeither(schemaRegistry, 'username', 'password').describe('The schema registry'),
    events: events.prefault({}).describe('What events look like'),
    admin: admin.prefault({}).describe('Metrics, health, status page and REST'),
    log: log.prefault({}).describe('The log'),
    defaults: defaultsSection.prefault({}).describe('Timing of all sources; a source’s own keys win'),
    sources: z.array(z.looseObject(sourceKeys(providers))).describe('The provider accounts to read'),
  })
}

/** The file as it was read, with the defaults of its own keys filled in. */
export type FileContent = z.output<ReturnType<typeof fileSchema>>
