import type { WantedTopic } from './topics.ts'

/** The topics as Strimzi's `KafkaTopic` resources (`kafka.strimzi.io/v1`), a YAML document each. */
export function strimziTopics(topics: readonly WantedTopic[], cluster: string): string {
  return topics.map((topic) => strimziTopic(topic, cluster)).join('---\n')
}

function strimziTopic({ topic, partitions, replicationFactor, config }: WantedTopic, cluster: string): string {
  return [
    'apiVersion: kafka.strimzi.io/v1',
    'kind: KafkaTopic',
    'metadata:',
    `  name: ${resourceName(topic)}`,
    `  labels: { strimzi.io/cluster: ${cluster} }`,
    'spec:',
    `  topicName: ${topic}`,
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
