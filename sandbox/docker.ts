import { registryVersion } from './jvm/install.ts'
import { sharedProperties } from './kafka-properties.ts'
import { registryPath } from './registry.ts'

const kafkaImage = 'confluentinc/cp-kafka:8.1.0'
const kafkaPort = 9093
const registryImage = `apicurio/apicurio-registry:${registryVersion}`
const registryPort = 8080

/** A service in a container, by its address for clients on this machine. */
export interface Container {
  readonly address: string
  stop(): Promise<void>
}

/** Whether a container engine answers here. */
export async function hasDocker(): Promise<boolean> {
  try {
    const { getContainerRuntimeClient } = await import('testcontainers')
    await getContainerRuntimeClient()
    return true
  } catch {
    return false
  }
}

/** Starts one Kafka broker in a container, set as the sandbox's own are; its address is `host:port`. */
export async function startKafkaContainer(): Promise<Container> {
  const { KafkaContainer } = await import('@testcontainers/kafka')
  const settings = Object.entries(sharedProperties(1)).map(([key, value]) => [
    `KAFKA_${key.toUpperCase().replaceAll('.', '_')}`,
    value,
  ])
  const container = await new KafkaContainer(kafkaImage).withEnvironment(Object.fromEntries(settings)).start()
  return {
    address: `${container.getHost()}:${container.getMappedPort(kafkaPort)}`,
    stop: async () => {
      await container.stop()
    },
  }
}

/** Starts Apicurio Registry in a container; its address is the base URL of Confluent's API. */
export async function startRegistryContainer(): Promise<Container> {
  const { GenericContainer, Wait } = await import('testcontainers')
  const container = await new GenericContainer(registryImage)
    .withExposedPorts(registryPort)
    .withWaitStrategy(Wait.forHttp(`${registryPath}/subjects`, registryPort))
    .start()
  return {
    address: `http://${container.getHost()}:${container.getMappedPort(registryPort)}${registryPath}`,
    stop: async () => {
      await container.stop()
    },
  }
}
