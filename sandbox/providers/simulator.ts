import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { type Answer, byteLength, jsonAnswer, tooManyRequests } from './answer.ts'
import { type ApiRequest, type Question, Refusal, type SimulatedApi } from './api.ts'
import { type DeliveryContext, deliver, type FaultSizes } from './deliver.ts'
import { type Faults, type HttpFault, httpFaults, isHttpFault } from './faults.ts'
import { Random } from './random.ts'
import type { RequestLog } from './request-log.ts'
import { SlidingWindow } from './sliding-window.ts'

/** How many requests the provider takes; more are answered 429 with Retry-After in seconds. */
export interface Quota {
  readonly requests: number
  readonly perMs: number
}

/** What a simulator is made of. */
export interface SimulatorParts<Spoil extends string> {
  readonly api: SimulatedApi<Spoil>
  readonly faults: Faults<HttpFault | Spoil>
  readonly log: RequestLog
  readonly clock: () => number
  readonly seed: number | string
  readonly sizes: FaultSizes
  readonly quota: Quota | undefined
  /** Answers requests below `/_sim/`, which have no faults and are not counted. */
  readonly control: (request: ApiRequest, response: ServerResponse) => Promise<void>
}

/** A listening HTTP server on loopback. */
export interface Listening {
  readonly url: string
  close(): Promise<void>
}

/** Serves a simulated provider on 127.0.0.1; `port` 0 takes a free one. */
export function startSimulator<Spoil extends string>(parts: SimulatorParts<Spoil>, port: number): Promise<Listening> {
  const context: DeliveryContext = {
    clock: parts.clock,
    random: new Random(`deliver ${parts.seed}`),
    sizes: parts.sizes,
  }
  const quota = parts.quota && { ...parts.quota, taken: new SlidingWindow(parts.quota.perMs) }

  const answer = async (request: ApiRequest, response: ServerResponse): Promise<void> => {
    const nowMs = parts.clock()
    parts.log.arrived(nowMs)
    if (quota && quota.taken.count(nowMs) >= quota.requests) {
      parts.log.overQuota++
      response.setHeader('Retry-After', String(Math.ceil(quota.taken.untilOldestLeavesMs(nowMs) / 1000)))
      return send(tooManyRequests, undefined, response)
    }
    quota?.taken.add(nowMs)
    const { outcome, fault } = decide(parts, request, nowMs)
    return send(outcome, fault, response)
  }

  const send = async (outcome: Answer, fault: HttpFault | undefined, response: ServerResponse): Promise<void> => {
    await deliver(response, outcome, fault, context)
    parts.log.answered(response.statusCode, byteLength(outcome))
  }

  return listen(async (incoming, response) => {
    const request = await readRequest(incoming)
    if (request.url.pathname.startsWith('/_sim/')) await parts.control(request, response)
    else await answer(request, response)
  }, port)
}

/** What goes out for a request, and what the network does to it. */
function decide<Spoil extends string>(
  { api, faults, log }: SimulatorParts<Spoil>,
  request: ApiRequest,
  nowMs: number,
): { readonly outcome: Answer; readonly fault: HttpFault | undefined } {
  try {
    const question: Question<Spoil> = api.ask(request, nowMs)
    log.asked(question.kind, nowMs)
    const fault = faults.draw(question.kind, () => [...httpFaultKinds, ...question.spoils()])
    if (fault !== undefined && isHttpFault(fault)) return { outcome: question.answer(undefined), fault }
    return { outcome: question.answer(fault), fault: undefined }
  } catch (error) {
    if (!(error instanceof Refusal)) throw error
    return { outcome: error.answer, fault: undefined }
  }
}

const httpFaultKinds = Object.keys(httpFaults).filter(isHttpFault)

async function readRequest(incoming: IncomingMessage): Promise<ApiRequest> {
  const chunks: Buffer[] = []
  if (incoming.method !== 'GET') for await (const chunk of incoming) chunks.push(Buffer.from(chunk))
  const url = new URL(incoming.url ?? '/', `http://${incoming.headers.host ?? '127.0.0.1'}`)
  return { method: incoming.method ?? 'GET', url, headers: incoming.headers, body: Buffer.concat(chunks) }
}

/** Listens on 127.0.0.1. An error of `handle` is a bug of the simulator: it is shown, and answered with 500. */
export function listen(
  handle: (request: IncomingMessage, response: ServerResponse) => Promise<void>,
  port: number,
): Promise<Listening> {
  const server: Server = createServer((request, response) => {
    // A client that goes away in the middle is everyday life here.
    response.on('error', () => {})
    handle(request, response).catch((error: unknown) => {
      if (response.destroyed) return
      console.error('the simulator failed', error)
      const { status, body } = jsonAnswer(500, { simulatorError: String(error) })
      if (!response.headersSent) response.writeHead(status, { 'Content-Type': 'application/json' })
      response.end(Buffer.concat(body))
    })
  })
  server.keepAliveTimeout = 60_000
  return new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, '127.0.0.1', () => {
      resolve({ url: `http://127.0.0.1:${listeningPort(server)}`, close: () => closeServer(server) })
    })
  })
}

function listeningPort(server: Server): number {
  const address: AddressInfo | string | null = server.address()
  if (address === null || typeof address === 'string') throw new Error('the server does not listen on a port')
  return address.port
}

function closeServer(server: Server): Promise<void> {
  return new Promise((resolve, reject) => {
    server.close((error) => (error === undefined ? resolve() : reject(error)))
    server.closeAllConnections()
  })
}
