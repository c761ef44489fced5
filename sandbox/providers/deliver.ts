import type { ServerResponse } from 'node:http'
import { type Answer, errorAnswer, loginPage, tooManyRequests } from './answer.ts'
import type { HttpFault } from './faults.ts'
import type { Random } from './random.ts'
import { cut, sendPart, sendSlowly, sendWhole } from './send.ts'

/** How long, how late and how wrong the faults of delivery are. */
export interface FaultSizes {
  readonly retryAfterSeconds: number
  readonly slowMs: number
  readonly skewMs: number
}

/** What delivering needs besides the answer. */
export interface DeliveryContext {
  readonly clock: () => number
  readonly random: Random
  readonly sizes: FaultSizes
}

/**
 * Sends `answer` as it is, or spoilt by `fault`, and resolves once nothing more is to be sent.
 * `served` is called only for answers that arrive right: whole, slow or with a wrong Date header.
 */
export async function deliver(
  response: ServerResponse,
  answer: Answer,
  fault: HttpFault | undefined,
  context: DeliveryContext,
): Promise<void> {
  const { clock, random, sizes } = context
  response.sendDate = false
  response.setHeader('Date', httpDate(clock()))
  switch (fault) {
    case undefined:
      return sendWhole(response, answer, clock)
    case 'clock-skew':
      response.setHeader('Date', httpDate(clock() + random.integer(-sizes.skewMs, sizes.skewMs)))
      return sendWhole(response, answer, clock)
    case 'slow':
      return sendSlowly(response, answer, sizes.slowMs, clock)
    case 'throttle-seconds':
      response.setHeader('Retry-After', String(sizes.retryAfterSeconds))
      return sendWhole(response, tooManyRequests, clock)
    case 'throttle-date':
      response.setHeader('Retry-After', httpDate(clock() + sizes.retryAfterSeconds * 1000 + 999))
      return sendWhole(response, tooManyRequests, clock)
    case 'throttle-bare':
      return sendWhole(response, tooManyRequests, clock)
    case 'server-error':
      return sendWhole(response, errorAnswer(500, 'Internal Server Error'), clock)
    case 'unavailable':
      return sendWhole(response, { ...loginPage, status: 503 }, clock)
    case 'unauthorized':
      return sendWhole(response, errorAnswer(401, 'Bad credentials'), clock)
    case 'html':
      return sendWhole(response, loginPage, clock)
    case 'error-object':
      return sendWhole(response, errorAnswer(200, 'Something went wrong'), clock)
    case 'truncate-json':
      return sendWhole(response, { ...answer, body: [cut(answer, random)], served: ignore }, clock)
    case 'truncate':
    case 'truncate-chunked':
    case 'reset':
      return sendPart(response, answer, fault, random)
  }
}

function ignore(): void {}

function httpDate(ms: number): string {
  return new Date(ms).toUTCString()
}
