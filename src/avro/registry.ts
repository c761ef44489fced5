import { RingtailError } from '../model/errors.ts'
import type { RegistrySettings, TopicNames } from '../model/settings.ts'
import { compatibilityLevel, RegistryClient } from './registry-client.ts'
import { type RecordSchema, schemasBySubject } from './schemas.ts'

const timeoutMs = 5_000

/** A schema registry, and whether it may be changed. */
export interface Registry {
  readonly client: RegistryClient
  /** Whether schemas may be registered. */
  readonly register: boolean
}

/** How one of Ringtail's schemas stands in the registry. */
export interface SchemaStanding {
  readonly subject: string
  /** The full name of its record. */
  readonly schema: string
  /** Its id; undefined where the subject doesn't have it. */
  readonly id: number | undefined
  /** Whether the subject has the schema or would take it after its latest, by the level that it has. */
  readonly isCompatible: boolean
  /** The subject's own compatibility level; undefined where the registry's level holds. */
  readonly compatibilityLevel: string | undefined
}

/** The registry of the configuration. Nothing is asked yet; a request may take 5 s. */
export function openRegistry(settings: RegistrySettings, requestTimeoutMs: number = timeoutMs): Registry {
  return { client: new RegistryClient(settings, requestTimeoutMs), register: settings.register }
}

/**
 * The id of every schema by subject, registering those that are missing where that is allowed.
 *
 * Throws `RT-SCHEMA-MISSING` where it isn't, `RT-SCHEMA-INCOMPATIBLE`, and what `RegistryClient` throws; nothing is
 * tried again.
 */
export function schemaIds(registry: Registry, topics: TopicNames): Promise<ReadonlyMap<string, number>> {
  return forEachSubject(topics, async (subject, schema) => {
    const id = await registry.client.find(subject, schema)
    if (id !== undefined) return id
    if (!registry.register) throw missing(registry, subject, schema)
    return register(registry, subject, schema)
  })
}

/**
 * Registers every schema, sets the level of every subject to FULL_TRANSITIVE, and gives the ids by subject. Changes
 * nothing where that has been done. Throws `RT-SCHEMA-INCOMPATIBLE` and what `RegistryClient` throws.
 */
export function registerSchemas(registry: Registry, topics: TopicNames): Promise<ReadonlyMap<string, number>> {
  return forEachSubject(topics, (subject, schema) => register(registry, subject, schema))
}

/** How every schema stands in the registry, which is only asked. Throws what `RegistryClient` throws. */
export async function checkSchemas(registry: Registry, topics: TopicNames): Promise<readonly SchemaStanding[]> {
  const standings = await forEachSubject(topics, async (subject, schema): Promise<SchemaStanding> => {
    const [id, level] = await Promise.all([
      registry.client.find(subject, schema),
      registry.client.compatibilityOf(subject),
    ])
    const isCompatible = id !== undefined || (await registry.client.isCompatible(subject, schema))
    return { subject, schema: nameOf(schema), id, isCompatible, compatibilityLevel: level }
  })
  return [...standings.values()]
}

async function register({ client }: Registry, subject: string, schema: RecordSchema): Promise<number> {
  // The level comes first, so that it holds for this schema too; and the client refuses to register under another.
  if ((await client.compatibilityOf(subject)) !== compatibilityLevel) await client.setCompatibility(subject)
  return client.register(subject, schema)
}

async function forEachSubject<T>(
  topics: TopicNames,
  work: (subject: string, schema: RecordSchema) => Promise<T>,
): Promise<ReadonlyMap<string, T>> {
  const subjects = [...schemasBySubject(topics)]
  return new Map(
    await Promise.all(subjects.map(async ([subject, schema]) => [subject, await work(subject, schema)] as const)),
  )
}

function missing({ client }: Registry, subject: string, schema: RecordSchema): RingtailError {
  return new RingtailError(`the schema registry at ${client.shownUrl} has no ${nameOf(schema)} under ${subject}`, {
    code: 'RT-SCHEMA-MISSING',
    retryable: false,
    advice: 'Run `ringtail schemas register`, or set schemaRegistry.register to true.',
  })
}

function nameOf(schema: RecordSchema): string {
  return `${schema.namespace}.${schema.name}`
}
