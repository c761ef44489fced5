import type { WantedTopic } from './topics.ts'

/** The topics as Strimzi's `KafkaTopic` resources (`kafka.strimzi.io/v1`), a YAML document each. */
export function strimziTopics(topics: readonly WantedTopic[]): string {
  return topics.map(strimziTopic).join('---\n')
}

function strimziTopic({ topic, partitions, replicationFactor, config }: WantedTopic): string {
  return [
    'apiVersion: kafka.strimzi.io/v1',
    'kind: KafkaTopic',
    'metadata:',
    `  name: ${JSON.stringify(resourceName(topic))}`,
    `  labels: { strimzi.io/cluster: kafka } # the name of your Kafka resource`,
    'spec:',
    `  topicName: ${JSON.stringify(topic)}`,
    `  partitions: ${partitions}`,
    `  replicas: ${replicationFactor}`,
    '  config:',
    ...Object.entries(config).map(([name, value]) => `    ${name}: ${/^[\d.]+$/.test(value) ? value : `"${value}"`}`),
    '',
  ].join('\n')
}

/** Kubernetes wants lower case, digits, hyphens and dots, at most 253 of them. */
function resourceName(topic: string): string {
  return topic
    .toLowerCase()
    .replaceAll(/[^a-z0-9.-]/g, '-')
    .slice(0, 253)
}
