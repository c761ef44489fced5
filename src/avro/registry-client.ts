import { setTimeout as sleep } from 'node:timers/promises'
import { COMPATIBILITY, SchemaRegistry, SchemaType } from '@kafkajs/confluent-schema-registry'
import type { RegistrySettings } from '../model/settings.ts'
import { isConflict, isMissing, registryFailure, registryTimeout } from './registry-failure.ts'
import { avroOptions, type RecordSchema } from './schemas.ts'

type ClientOptions = ConstructorParameters<typeof SchemaRegistry>[0]
type Middleware = NonNullable<ClientOptions['middlewares']>[number]

/** A schema that the registry holds, as far as values are read with it. */
export interface WriterSchema {
  fromBuffer(value: Buffer): unknown
}

/** The level that every subject of Ringtail has: any version reads what any other wrote. */
export const compatibilityLevel = COMPATIBILITY.FULL_TRANSITIVE

/**
 * The requests that Ringtail makes of a schema registry. None is repeated: that is up to the caller.
 *
 * Every method throws `RT-REGISTRY-DOWN`, `RT-REGISTRY-AUTH-401`, `RT-REGISTRY-AUTH-403`, `RT-REGISTRY-REFUSED` and
 * `RT-REGISTRY-ANSWER`; messages name the registry without credentials.
 */
export class RegistryClient {
  /** The registry's address, fit to be shown. */
  readonly shownUrl: string
  readonly #client: SchemaRegistry
  readonly #timeoutMs: number

  constructor(settings: RegistrySettings, timeoutMs: number) {
    const address = addressOf(settings)
    this.shownUrl = address.host
    this.#timeoutMs = timeoutMs
    this.#client = new SchemaRegistry(
      { ...address, clientId: 'ringtail', retry: { retries: 0 }, middlewares: [timeLimit(timeoutMs)] },
      { [SchemaType.AVRO]: avroOptions },
    )
  }

  /** The id of a schema that its subject has; undefined where it has not. */
  async find(subject: string, schema: RecordSchema): Promise<number | undefined> {
    return this.#ask(`look up the schema of ${subject}`, async () => {
      try {
        return idIn(await this.#client.getRegistryIdBySchema(subject, inClientsWords(schema)))
      } catch (error) {
        if (isMissing(error)) return undefined
        throw error
      }
    })
  }

  /**
   * Registers a schema, which may be there already, and gives its id. The subject must have `compatibilityLevel`
   * or none. Throws `RT-SCHEMA-INCOMPATIBLE` where the registry holds it against the subject's other schemas.
   */
  async register(subject: string, schema: RecordSchema): Promise<number> {
    return this.#ask(`register the schema of ${subject}`, async () => {
      const options = { subject, compatibility: compatibilityLevel, updateConfig: true }
      return idIn((await this.#client.register(inClientsWords(schema), options)).id)
    })
  }

  /** The compatibility level that a subject has of its own; undefined where the registry's own level holds. */
  async compatibilityOf(subject: string): Promise<string | undefined> {
    return this.#ask(`tell the compatibility of ${subject}`, async () => {
      const answer = await orMissing(this.#subjects.config({ subject }))
      return answer === undefined ? undefined : textIn(answer, 'compatibilityLevel').toUpperCase()
    })
  }

  /** Sets the level of a subject; of no effect where a registry wants the subject to be there first, and it isn't. */
  async setCompatibility(subject: string): Promise<void> {
    await this.#ask(`set the compatibility of ${subject}`, async () => {
      try {
        await orMissing(this.#subjects.updateConfig({ subject, body: { compatibility: compatibilityLevel } }))
      } catch (error) {
        // Apicurio answers the later of two that set it at once, as processes that start together do, with 409.
        if (!isConflict(error) || (await this.compatibilityOf(subject)) !== compatibilityLevel) throw error
      }
    })
  }

  /** Whether the registry would take a schema after the subject's latest; a subject without schemas takes any. */
  async isCompatible(subject: string, schema: RecordSchema): Promise<boolean> {
    return this.#ask(`compare the schema of ${subject}`, async () => {
      const body = { schema: JSON.stringify(schema) }
      const answer = await orMissing(this.#subjects.compatible({ subject, version: 'latest', body }))
      return answer === undefined || propertyOf(answer, 'is_compatible') === true
    })
  }

  /** The schema of an id; asked for once, then remembered. */
  async schema(id: number): Promise<WriterSchema> {
    return this.#ask(`give the schema of id ${id}`, () => this.#client.getSchema(id))
  }

  /** The client has no method for levels and comparisons, only requests that it keeps to itself. */
  get #subjects(): Subjects {
    return this.#client['api'].Subject
  }

  async #ask<T>(work: string, call: () => Promise<T>): Promise<T> {
    const settled = new AbortController()
    // The client never settles a call whose answer is cut off in its middle; it has had its own time limit before this.
    const limitMs = this.#timeoutMs * 1.2
    const limit = sleep(limitMs, undefined, { signal: settled.signal }).then(() => {
      throw registryTimeout(this.shownUrl, work, limitMs)
    })
    try {
      return await Promise.race([call(), limit])
    } catch (error) {
      throw registryFailure(this.shownUrl, work, error)
    } finally {
      settled.abort()
    }
  }
}

interface Answer {
  data(): unknown
}

interface Subjects {
  config(of: { subject: string }): Promise<Answer>
  updateConfig(of: { subject: string; body: object }): Promise<Answer>
  compatible(of: { subject: string; version: string; body: object }): Promise<Answer>
}

function timeLimit(timeoutMs: number): Middleware {
  return () => ({
    prepareRequest: async (next) => (await next()).enhance({ signal: AbortSignal.timeout(timeoutMs) }),
  })
}

function addressOf({ url, username, password }: RegistrySettings): Pick<ClientOptions, 'host' | 'auth'> {
  const address = new URL(url)
  const user = username ?? decodeURIComponent(address.username)
  const secret = password?.reveal() ?? decodeURIComponent(address.password)
  const host = `${address.origin}${address.pathname}`.replace(/\/+$/, '')
  return user === '' ? { host } : { host, auth: { username: user, password: secret } }
}

async function orMissing(request: Promise<Answer>): Promise<unknown> {
  try {
    return (await request).data()
  } catch (error) {
    if (isMissing(error)) return undefined
    throw error
  }
}

function propertyOf(answer: unknown, name: string): unknown {
  return typeof answer === 'object' && answer !== null ? Reflect.get(answer, name) : undefined
}

function textIn(answer: unknown, name: string): string {
  const value = propertyOf(answer, name)
  if (typeof value !== 'string') throw new Error(`the answer has no ${name}`)
  return value
}

function idIn(id: unknown): number {
  if (typeof id !== 'number' || !Number.isInteger(id)) throw new Error('the answer has no id')
  return id
}

function inClientsWords(schema: RecordSchema): { type: SchemaType.AVRO; schema: string } {
  return { type: SchemaType.AVRO, schema: JSON.stringify(schema) }
}
