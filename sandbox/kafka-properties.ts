/** A broker's settings by Kafka's own names. */
export type KafkaProperties = Readonly<Record<string, string>>

/**
 * What every broker of the sandbox is set to: small, quick to answer, and safe against the loss of one of three.
 *
 * One partition for each internal topic keeps start-up and restarts short; a consumer group starts without waiting for
 * further members, and may have a session of one second.
 */
export function sharedProperties(brokers: 1 | 3): KafkaProperties {
  const copies = String(brokers)
  const inSync = brokers === 3 ? '2' : '1'
  return {
    'num.network.threads': '2',
    'num.io.threads': '2',
    'num.partitions': '1',
    'auto.create.topics.enable': 'false',
    'default.replication.factor': copies,
    'min.insync.replicas': inSync,
    'offsets.topic.num.partitions': '1',
    'offsets.topic.replication.factor': copies,
    'transaction.state.log.num.partitions': '1',
    'transaction.state.log.replication.factor': copies,
    'transaction.state.log.min.isr': inSync,
    'share.coordinator.state.topic.replication.factor': copies,
    'share.coordinator.state.topic.min.isr': inSync,
    // How long a killed broker counts as alive: no other takes over, nor does it come back, before.
    'broker.session.timeout.ms': '3000',
    'broker.heartbeat.interval.ms': '500',
    'group.initial.rebalance.delay.ms': '0',
    'group.min.session.timeout.ms': '1000',
    'transaction.abort.timed.out.transaction.cleanup.interval.ms': '1000',
    'log.cleaner.dedupe.buffer.size': '2097152',
    'log.cleaner.backoff.ms': '500',
    'log.index.size.max.bytes': '1048576',
    'log.segment.bytes': '16777216',
  }
}

/** Where one node of a cluster listens, on 127.0.0.1. */
export interface NodePorts {
  readonly id: number
  readonly brokerPort: number
  readonly controllerPort: number
}

/** What sets one node of `cluster` apart: its id, its listeners, its peers and its data folder. */
export function nodeProperties(node: NodePorts, cluster: readonly NodePorts[], dataFolder: string): KafkaProperties {
  const voters = cluster.map((peer) => `${peer.id}@127.0.0.1:${peer.controllerPort}`)
  return {
    'process.roles': 'broker,controller',
    'node.id': String(node.id),
    'controller.quorum.voters': voters.join(','),
    'controller.listener.names': 'CONTROLLER',
    listeners: `PLAINTEXT://127.0.0.1:${node.brokerPort},CONTROLLER://127.0.0.1:${node.controllerPort}`,
    'advertised.listeners': `PLAINTEXT://127.0.0.1:${node.brokerPort}`,
    'listener.security.protocol.map': 'PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT',
    'inter.broker.listener.name': 'PLAINTEXT',
    'log.dirs': dataFolder,
  }
}

/** The text of a properties file. */
export function propertiesText(properties: KafkaProperties): string {
  return Object.entries(properties)
    .map(([key, value]) => `${key}=${value}\n`)
    .join('')
}
