import { randomBytes } from 'node:crypto'
import { copyFile, mkdir, writeFile } from 'node:fs/promises'
import { connect } from 'node:net'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { GuardedProcess, temporaryFolder } from './jvm/guarded-process.ts'
import type { KafkaInstallation } from './jvm/install.ts'
import { poll } from './jvm/poll.ts'
import { type KafkaProperties, type NodePorts, nodeProperties, propertiesText } from './kafka-properties.ts'
import { brokersRequest, frames, readMetadata } from './kafka-wire.ts'

const gracefulStopMs = 5_000
const answerTimeoutMs = 5_000
const log4j = join(import.meta.dirname, 'jvm', 'kafka-log4j2.properties')

/** One broker, which is a controller too. It can be paused, stopped and killed, and comes back with its data. */
export interface KafkaNode {
  /** Kafka's node id, from 1. */
  readonly id: number
  /** Where clients reach it, `127.0.0.1:<port>`; the same after a restart. */
  readonly address: string
  /** The process id of its present or latest run. */
  readonly pid: number
  /** Ends it by SIGKILL; settles when the process is gone. */
  kill(): Promise<void>
  /** Freezes it (SIGSTOP): connections stay open and nothing answers. */
  pause(): void
  /** Lets it go on after `pause`. */
  resume(): void
  /** Ends it by SIGTERM, or by SIGKILL if that takes over 5 s; its data stay. */
  stop(): Promise<void>
  /** Starts it again on the same port and data, killing it first if it runs; settles when it answers as a broker. */
  restart(): Promise<void>
}

/** What a node is made from. */
export interface NodePlan {
  readonly java: string
  readonly installation: KafkaInstallation
  readonly clusterId: string
  readonly ports: NodePorts
  readonly cluster: readonly NodePorts[]
  readonly properties: KafkaProperties
}

/** A node and the hold its cluster has on it. */
export interface StartedNode {
  readonly node: KafkaNode
  /** Settles once the node itself says that all of `brokers` nodes take part; throws with its log if it ends. */
  ready(brokers: number): Promise<void>
  /** Kills it and removes its data. */
  remove(): Promise<void>
}

/** Starts the process of one node. It cannot answer before a majority of its cluster runs. */
export async function startNode(plan: NodePlan): Promise<StartedNode> {
  const { id, brokerPort } = plan.ports
  const address = `127.0.0.1:${brokerPort}`
  const broker = await launch(plan)
  const ready = async (has: (ids: readonly number[]) => boolean): Promise<void> => {
    await poll(`broker ${id} at ${address}`, async () => {
      if (!broker.running) throw new Error(`broker ${id} ended:\n${await broker.logTail()}`)
      const ids = await brokerIds('127.0.0.1', brokerPort, plan.clusterId)
      return ids !== undefined && has(ids) ? ids : undefined
    }).catch(async (cause: Error) => {
      throw new Error(`${cause.message}\n${await broker.logTail()}`, { cause })
    })
  }
  const node: KafkaNode = {
    id,
    address,
    get pid() {
      return broker.pid
    },
    async kill() {
      broker.signal('SIGKILL')
      await broker.ended
    },
    pause: () => broker.signal('SIGSTOP'),
    resume: () => broker.signal('SIGCONT'),
    async stop() {
      broker.signal('SIGCONT')
      broker.signal('SIGTERM')
      await Promise.race([broker.ended, sleep(gracefulStopMs, undefined, { ref: false })])
      await node.kill()
    },
    async restart() {
      await node.kill()
      await broker.runAgain()
      await ready((ids) => ids.includes(id))
    },
  }
  return { node, ready: (brokers) => ready((ids) => ids.length === brokers), remove: () => broker.remove() }
}

async function launch({
  java,
  installation,
  clusterId,
  ports,
  cluster,
  properties,
}: NodePlan): Promise<GuardedProcess> {
  const folder = await temporaryFolder(`kafka-${ports.id}`)
  const data = join(folder, 'data')
  await mkdir(data)
  await copyFile(installation.bootstrapCheckpoint, join(data, 'bootstrap.checkpoint'))
  await writeFile(
    join(data, 'meta.properties'),
    propertiesText({
      version: '1',
      'cluster.id': clusterId,
      'node.id': String(ports.id),
      'directory.id': randomKafkaId(),
    }),
  )
  const settings = join(folder, 'server.properties')
  await writeFile(settings, propertiesText({ ...nodeProperties(ports, cluster, data), ...properties }))
  const flags = ['-XX:+UseSerialGC', '-XX:TieredStopAtLevel=1', '-Xms128m', '-Xmx384m', '-XX:ActiveProcessorCount=2']
  return GuardedProcess.start(
    folder,
    [java, ...flags, `-Dlog4j2.configurationFile=${log4j}`, 'kafka.Kafka', settings],
    {
      CLASSPATH: installation.classPath,
    },
  )
}

/** An id as Kafka makes them: 16 random bytes in base64url that do not begin with a dash. */
export function randomKafkaId(): string {
  const id = randomBytes(16).toString('base64url')
  return id.startsWith('-') ? randomKafkaId() : id
}

/** The brokers that the one at `address` knows; undefined while it does not answer. Throws if it is a stranger's. */
async function brokerIds(host: string, port: number, clusterId: string): Promise<readonly number[] | undefined> {
  const cluster = await clusterAt(host, port)
  if (cluster === undefined) return undefined
  if (cluster.clusterId !== clusterId) throw new Error(`a broker of another cluster listens on port ${port}`)
  return cluster.brokers.map((broker) => broker.nodeId)
}

async function clusterAt(host: string, port: number): Promise<ReturnType<typeof readMetadata> | undefined> {
  const socket = connect({ host, port, timeout: answerTimeoutMs })
  socket.once('timeout', () => socket.destroy())
  try {
    socket.write(brokersRequest())
    for await (const frame of frames(socket)) return readMetadata(frame, 5)
    return undefined
  } catch {
    return undefined
  } finally {
    socket.destroy()
  }
}
