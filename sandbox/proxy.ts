import { once } from 'node:events'
import { connect, createServer, type Server, type Socket } from 'node:net'
import { pipeline } from 'node:stream/promises'
import { setTimeout as sleep } from 'node:timers/promises'
import { freePorts } from './jvm/free-ports.ts'
import {
  answeredCorrelationId,
  apiKeys,
  frames,
  readCoordinator,
  readMetadata,
  replaceAddresses,
  requestHeader,
} from './kafka-wire.ts'
import { ProxyFaults } from './proxy-faults.ts'

/** A way to brokers on which things go wrong to order. */
export interface KafkaProxy {
  /** `host:port` to give to clients, one for each broker behind, in their order. */
  readonly brokers: string[]
  /** What goes wrong; may be changed at any time. */
  readonly rules: ProxyFaults
  /** Closes every connection that is open now. */
  cut(): void
  stop(): Promise<void>
}

/**
 * Puts a proxy in front of `brokers`, each `host:port` as the broker advertises itself.
 *
 * Clients stay behind it: brokers' addresses in answers to Metadata (up to version 8) and FindCoordinator (up to
 * version 2) are replaced by the proxy's own. Plain text only. A connection that uses a later version of these is
 * closed. Addresses of brokers that are not in the list pass as they are.
 */
export async function startProxy({ brokers }: { readonly brokers: readonly string[] }): Promise<KafkaProxy> {
  const rules = new ProxyFaults()
  const open = new Set<Socket>()
  const ports = await freePorts(brokers.length)
  const fronts = new Map(brokers.map((broker, index) => [broker, `127.0.0.1:${ports[index]}`]))
  const frontOf = (address: string): string => fronts.get(address) ?? address

  const accept = async (client: Socket, broker: string): Promise<void> => {
    if (rules.refuses) {
      client.resetAndDestroy()
      return
    }
    const upstream = connect({ host: hostOf(broker), port: portOf(broker), noDelay: true })
    for (const socket of [client, upstream]) {
      open.add(socket.once('close', () => open.delete(socket)))
    }
    await relay(client, upstream, rules, frontOf)
  }
  const servers = await Promise.all(
    [...fronts].map(([broker, front]) => listen(portOf(front), (client) => void accept(client, broker))),
  )

  const cut = (): void => {
    for (const socket of open) socket.destroy()
  }
  const stop = async (): Promise<void> => {
    const closed = servers.map((server) => once(server.close(), 'close'))
    cut()
    await Promise.all(closed)
  }
  return { brokers: [...fronts.values()], rules, cut, stop }
}

/** Carries messages both ways until either side ends, or a fault does; never throws. */
async function relay(
  client: Socket,
  upstream: Socket,
  rules: ProxyFaults,
  frontOf: (address: string) => string,
): Promise<void> {
  const asked = new Map<number, { readonly apiKey: number; readonly version: number }>()

  async function* requests(bytes: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
    for await (const frame of frames(bytes)) {
      const { apiKey, version, correlationId } = requestHeader(frame)
      if (rules.judgeRequest(apiKey) === 'drop') throw new Error('request dropped')
      asked.set(correlationId, { apiKey, version })
      yield frame
    }
  }

  async function* answers(bytes: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
    for await (const frame of frames(bytes)) {
      const correlationId = answeredCorrelationId(frame)
      const request = asked.get(correlationId)
      asked.delete(correlationId)
      if (request === undefined) throw new Error('an answer to nothing')
      if (rules.judgeAnswer(request.apiKey) === 'drop') throw new Error('answer dropped')
      const delayMs = rules.answerDelayMs(request.apiKey)
      if (delayMs > 0) await sleep(delayMs)
      yield behindProxy(frame, request.apiKey, request.version, frontOf)
    }
  }

  // A pipeline that fails destroys both sockets, and with them the other pipeline.
  await Promise.allSettled([pipeline(client, requests, upstream), pipeline(upstream, answers, client)])
}

function behindProxy(frame: Buffer, apiKey: number, version: number, frontOf: (address: string) => string): Buffer {
  if (apiKey === apiKeys.metadata) return replaceAddresses(frame, readMetadata(frame, version).brokers, frontOf)
  if (apiKey === apiKeys.findCoordinator) return replaceAddresses(frame, [readCoordinator(frame, version)], frontOf)
  return frame
}

async function listen(port: number, onConnection: (client: Socket) => void): Promise<Server> {
  const server = createServer({ noDelay: true }, onConnection).listen(port, '127.0.0.1')
  await once(server, 'listening')
  return server
}

function hostOf(address: string): string {
  return address.slice(0, address.lastIndexOf(':'))
}

function portOf(address: string): number {
  return Number(address.slice(address.lastIndexOf(':') + 1))
}
