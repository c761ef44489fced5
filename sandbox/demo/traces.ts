import { sandboxKafka } from '../consumer-view/sandbox-kafka.ts'
import type { SandboxTopics } from '../ringtail-config.ts'

/** Removes the topics and subjects of a run from a Kafka and a registry that are not the sandbox's own. */
export async function removeTraces(
  brokers: readonly string[],
  registryUrl: string,
  topics: SandboxTopics,
): Promise<void> {
  const names = Object.values(topics)
  const admin = sandboxKafka(brokers).admin()
  await admin.connect()
  try {
    const there = await admin.listTopics()
    await admin.deleteTopics({ topics: names.filter((name) => there.includes(name)) })
  } finally {
    await admin.disconnect()
  }
  for (const name of names) {
    // There is none for topics without a schema, nor where Ringtail did not come so far.
    const answer = await fetch(`${registryUrl}/subjects/${name}-value`, { method: 'DELETE' })
    await answer.body?.cancel()
  }
}
