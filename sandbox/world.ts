import { hasDocker, startKafkaContainer, startRegistryContainer } from './docker.ts'
import { isInstalled } from './jvm/install.ts'
import { findJava } from './jvm/java.ts'
import { hasMaven } from './jvm/maven.ts'
import { type KafkaSandbox, kafkaJavaVersion, startKafka } from './kafka.ts'
import { registryJavaVersion, startRegistry } from './registry.ts'

/** How many brokers are wanted, and whether a schema registry is; one broker and a registry unless told otherwise. */
export interface WorldOptions {
  readonly brokers?: 1 | 3
  readonly registry?: boolean
}

/** A Kafka cluster and a schema registry to work against. */
export interface World {
  /** `host:port` of every broker. */
  readonly brokers: string[]
  /** The base of Confluent's registry API; empty where no registry was wanted. */
  readonly registryUrl: string
  /** Where they come from: the environment names them, containers, or Java processes of this machine. */
  readonly kind: 'environment' | 'docker' | 'jvm'
  /** The brokers as processes that can be killed and paused; only of kind `jvm`. */
  readonly kafka?: KafkaSandbox
  /** Ends what was started; leaves alone what the environment named. */
  stop(): Promise<void>
}

/**
 * A world to work against, by the first way that this machine offers.
 *
 * KAFKA_BROKERS and SCHEMA_REGISTRY_URL name a running one; else containers, where an engine answers and one broker is
 * enough; else Java processes. Throws an error that names the three ways and what each lacks when none is open.
 */
export async function startWorld({ brokers = 1, registry = true }: WorldOptions = {}): Promise<World> {
  const named = namedWorld(registry)
  if (named !== undefined) return named
  if (brokers === 1 && (await hasDocker())) return dockerWorld(registry)
  const lacking = await lackingForJvm(registry)
  if (lacking.length === 0) return jvmWorld(brokers, registry)
  throw new Error(
    [
      'No Kafka to work against. Any one of these is enough:',
      `- KAFKA_BROKERS${registry ? ' and SCHEMA_REGISTRY_URL' : ''} in the environment, naming running ones (not set)`,
      `- a container engine such as Docker ${brokers === 1 ? '(none answers)' : '(gives one broker only)'}`,
      `- Java and Maven on this machine (missing: ${lacking.join(', ')})`,
    ].join('\n'),
  )
}

function namedWorld(registry: boolean): World | undefined {
  const brokers = process.env['KAFKA_BROKERS'] ?? ''
  const registryUrl = registry ? (process.env['SCHEMA_REGISTRY_URL'] ?? '') : ''
  if (brokers === '' && registryUrl === '') return undefined
  if (brokers === '' || (registry && registryUrl === '')) {
    throw new Error('KAFKA_BROKERS and SCHEMA_REGISTRY_URL go together: one is set, the other is not')
  }
  return {
    brokers: brokers.split(',').map((broker) => broker.trim()),
    registryUrl: registryUrl.replace(/\/+$/, ''),
    kind: 'environment',
    stop: async () => {},
  }
}

async function dockerWorld(registry: boolean): Promise<World> {
  const [kafka, schemas] = await both(startKafkaContainer(), registry ? startRegistryContainer() : undefined)
  return {
    brokers: [kafka.address],
    registryUrl: schemas?.address ?? '',
    kind: 'docker',
    stop: () => stopAll([kafka, schemas]),
  }
}

async function jvmWorld(brokers: 1 | 3, registry: boolean): Promise<World> {
  const [kafka, schemas] = await both(startKafka({ brokers }), registry ? startRegistry() : undefined)
  return {
    brokers: kafka.brokers,
    registryUrl: schemas?.url ?? '',
    kind: 'jvm',
    kafka,
    stop: () => stopAll([kafka, schemas]),
  }
}

async function lackingForJvm(registry: boolean): Promise<readonly string[]> {
  const version = registry ? registryJavaVersion : kafkaJavaVersion
  const java = (await findJava(version)) === undefined ? [`Java ${version} or later`] : []
  const maven = (await isInstalled(registry)) || (await hasMaven()) ? [] : ['Maven']
  return [...java, ...maven]
}

interface Stoppable {
  stop(): Promise<void>
}

/** Both results; when one start fails, the other's is stopped before the failure is thrown. */
async function both<A extends Stoppable, B extends Stoppable | undefined>(
  first: Promise<A>,
  second: Promise<B> | B,
): Promise<readonly [A, B]> {
  const results = await Promise.allSettled([first, second])
  const [a, b] = results
  if (a.status === 'fulfilled' && b.status === 'fulfilled') return [a.value, b.value]
  await stopAll(results.map((result) => (result.status === 'fulfilled' ? result.value : undefined)))
  throw a.status === 'rejected' ? a.reason : b.status === 'rejected' ? b.reason : new Error('unreachable')
}

async function stopAll(parts: readonly (Stoppable | undefined)[]): Promise<void> {
  await Promise.all(parts.map(async (part) => part?.stop()))
}
