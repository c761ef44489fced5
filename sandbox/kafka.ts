import { attempts } from './jvm/attempts.ts'
import { freePorts } from './jvm/free-ports.ts'
import { installKafka, type KafkaInstallation } from './jvm/install.ts'
import { findJava } from './jvm/java.ts'
import { type KafkaNode, randomKafkaId, type StartedNode, startNode } from './kafka-node.ts'
import { type KafkaProperties, sharedProperties } from './kafka-properties.ts'

/** Kafka's brokers need at least this feature release of Java. */
export const kafkaJavaVersion = 17
const startAttempts = 3

/** How many brokers to start, and settings that go before the sandbox's own. */
export interface KafkaOptions {
  readonly brokers?: 1 | 3
  readonly properties?: KafkaProperties
}

/** A running Kafka cluster with its data in the temporary folder. */
export interface KafkaSandbox {
  /** `host:port` of every broker. */
  readonly brokers: string[]
  readonly clusterId: string
  readonly nodes: readonly KafkaNode[]
  /** Kills the brokers and removes their data. */
  stop(): Promise<void>
}

/**
 * Starts real Kafka brokers (KRaft, PLAINTEXT on free loopback ports), one unless told otherwise.
 *
 * They end with this process, however it ends. With three brokers every topic has three copies and needs two in sync.
 * Fetches the jars by Maven on first use. Throws when Java is missing and, with the brokers' last words, when they do
 * not come up.
 */
export async function startKafka({ brokers = 1, properties = {} }: KafkaOptions = {}): Promise<KafkaSandbox> {
  const java = await findJava(kafkaJavaVersion)
  if (java === undefined) throw new Error(`Kafka needs Java ${kafkaJavaVersion} or later and found none`)
  const installation = await installKafka(java)
  const settings = { ...sharedProperties(brokers), ...properties }
  return attempts('starting Kafka', startAttempts, () => startCluster(java, installation, brokers, settings))
}

async function startCluster(
  java: string,
  installation: KafkaInstallation,
  brokers: number,
  properties: KafkaProperties,
): Promise<KafkaSandbox> {
  const clusterId = randomKafkaId()
  const ports = await freePorts(brokers * 2)
  const cluster = Array.from({ length: brokers }, (_, index) => ({
    id: index + 1,
    brokerPort: ports[index * 2] ?? 0,
    controllerPort: ports[index * 2 + 1] ?? 0,
  }))
  const started: StartedNode[] = []
  const stop = async (): Promise<void> => {
    await Promise.all(started.map((node) => node.remove()))
  }
  try {
    for (const node of cluster) {
      started.push(await startNode({ java, installation, clusterId, ports: node, cluster, properties }))
    }
    await Promise.all(started.map((node) => node.ready(brokers)))
  } catch (error) {
    await stop()
    throw error
  }
  const nodes = started.map(({ node }) => node)
  return { brokers: nodes.map((node) => node.address), clusterId, nodes, stop }
}
