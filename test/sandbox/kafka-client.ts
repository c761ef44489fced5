import { randomUUID } from 'node:crypto'
import kafkajs from 'kafkajs'
import { poll } from '../../sandbox/jvm/poll.ts'

/** A quiet kafkajs client that tries again at short intervals; `settings` go before its own. */
export function kafkaClient(brokers: string[], settings: Partial<kafkajs.KafkaConfig> = {}): kafkajs.Kafka {
  return new kafkajs.Kafka({
    brokers,
    logLevel: kafkajs.logLevel.NOTHING,
    connectionTimeout: 5_000,
    requestTimeout: 10_000,
    retry: { initialRetryTime: 20, maxRetryTime: 500, retries: 15 },
    ...settings,
  })
}

/** Makes a topic of one partition with a name of its own and gives the name. */
export async function createTopic(brokers: string[]): Promise<string> {
  const topic = `sandbox-${randomUUID()}`
  const admin = kafkaClient(brokers).admin()
  await admin.connect()
  try {
    await admin.createTopics({ topics: [{ topic, numPartitions: 1 }], waitForLeaders: true })
  } finally {
    await admin.disconnect()
  }
  return topic
}

/** The values that a read_committed consumer sees in `topic` from its beginning, once there are `count` of them. */
export async function committedValues(brokers: string[], topic: string, count: number): Promise<readonly string[]> {
  const consumer = kafkaClient(brokers).consumer({ groupId: randomUUID(), maxWaitTimeInMs: 200 })
  const values: string[] = []
  await consumer.connect()
  try {
    await consumer.subscribe({ topic, fromBeginning: true })
    await consumer.run({
      eachMessage: async ({ message }) => {
        values.push(String(message.value))
      },
    })
    await poll(`${count} values in ${topic}`, () => (values.length >= count ? true : undefined))
  } finally {
    await consumer.disconnect()
  }
  return values
}
