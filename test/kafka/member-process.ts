import { randomUUID } from 'node:crypto'
import { Membership } from '../../src/kafka/membership.ts'
import { kafkaOf } from './world.ts'

// A member of a group until it is killed. Prints the partitions that it is assigned, one JSON array a line.
const [broker = '', topic = '', groupId = randomUUID(), sessionTimeoutMs = ''] = process.argv.slice(2)

new Membership({
  kafka: () => kafkaOf([broker]),
  groupId,
  topic,
  sessionTimeoutMs: Number(sessionTimeoutMs),
  busy: new Set(),
  claims: () => ({}),
  assigned: (partitions) => console.log(JSON.stringify(partitions)),
  crashed: (error) => console.error(error),
}).join()
