import type { ServerResponse } from 'node:http'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { z } from 'zod'
import type { ApiRequest } from './api.ts'
import { type HistoryPlan, historyPlanSchema, type TrafficPlan, trafficPlanSchema } from './schedule.ts'
import type { Truth } from './truth.ts'
import { truthLines } from './truth-dump.ts'

/** What another process can do with a simulator, over HTTP. The methods throw a ZodError or RangeError on bad input. */
export interface Controls {
  readonly truth: Pick<Truth, 'records' | 'badRows'>
  stats(): unknown
  generateHistory(plan: HistoryPlan): void
  startTraffic(plan: TrafficPlan): void
  stopTraffic(): void
  injectFault(kind: string, question: string | undefined): void
  setFaultRate(rate: number): void
}

const faultRequest = z.strictObject({ kind: z.string(), question: z.string().optional() })
const rateRequest = z.strictObject({ rate: z.number().min(0).max(1) })

/**
 * Answers the routes below `/_sim/`, all without credentials: `GET truth` (lines of JSON), `GET stats`,
 * `POST history` (a HistoryPlan), `POST traffic` (a TrafficPlan), `DELETE traffic`,
 * `POST faults` (`{kind, question?}`: on the next request that can have it), `PUT faults` (`{rate}`).
 */
export async function control(controls: Controls, request: ApiRequest, response: ServerResponse): Promise<void> {
  const route = `${request.method} ${request.url.pathname.slice('/_sim/'.length)}`
  try {
    if (route === 'GET truth') {
      response.writeHead(200, { 'Content-Type': 'application/x-ndjson' })
      return await pipeline(Readable.from(truthLines(controls.truth)), response)
    }
    if (route === 'GET stats') return send(response, 200, controls.stats())
    const action = actions[route]
    if (action === undefined) throw new RangeError(`there is no ${route} below /_sim/`)
    action(controls, request.body)
    send(response, 200, { done: route })
  } catch (error) {
    if (!(error instanceof z.ZodError || error instanceof RangeError || error instanceof SyntaxError)) throw error
    send(response, 400, { error: error.message })
  }
}

const actions: Readonly<Record<string, (controls: Controls, body: Buffer) => void>> = {
  'POST history': (controls, body) => controls.generateHistory(historyPlanSchema.parse(parse(body))),
  'POST traffic': (controls, body) => controls.startTraffic(trafficPlanSchema.parse(parse(body))),
  'DELETE traffic': (controls) => controls.stopTraffic(),
  'POST faults': (controls, body) => {
    const { kind, question } = faultRequest.parse(parse(body))
    controls.injectFault(kind, question)
  },
  'PUT faults': (controls, body) => controls.setFaultRate(rateRequest.parse(parse(body)).rate),
}

function parse(body: Buffer): unknown {
  return JSON.parse(body.toString())
}

function send(response: ServerResponse, status: number, value: unknown): void {
  response.writeHead(status, { 'Content-Type': 'application/json' })
  response.end(JSON.stringify(value))
}
