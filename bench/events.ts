import { LogReader } from '../src/kafka/restore.ts'
import type { KafkaSettings } from '../src/model/settings.ts'
import { silent } from './connection.ts'

/** An event as it lies in its topic. */
export interface PublishedEvent {
  readonly partition: number
  readonly key: Buffer
  readonly value: Buffer
}

/** Reads every committed event of a topic into memory, so that somebody else can send the very same bytes. */
export async function readEvents(
  settings: KafkaSettings,
  topic: string,
  partitions: number,
): Promise<PublishedEvent[]> {
  const reader = new LogReader(settings, 'bench', silent)
  const events: PublishedEvent[] = []
  const never = new AbortController().signal
  for (let partition = 0; partition < partitions; partition++) {
    await reader.read(
      { topic, partition },
      // Copies, since what was fetched hangs together in pieces of megabytes.
      ({ key, value }) => {
        if (key !== null && value !== null) events.push({ partition, key: Buffer.from(key), value: Buffer.from(value) })
      },
      never,
    )
  }
  await reader.close()
  return events
}
