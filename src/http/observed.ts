import { causeOf, RingtailError } from '../model/errors.ts'
import type { WireEnd, WireSend } from './wire.ts'

/** How a request went, as a metric label. */
export type RequestCode = '2xx' | '3xx' | '4xx' | '429' | '5xx' | 'network' | 'timeout'

/** One request that was sent, once nothing more comes of it. */
export interface RequestObservation {
  readonly feed: string
  readonly code: RequestCode
  /** From sending until the last byte. */
  readonly seconds: number
  /** Of the answer's body, as they came over the wire. */
  readonly bytes: number
}

/**
 * Tells `onRequest` of every request that was sent. One that we broke off ourselves counts by its status, or not at all
 * where there is none yet.
 */
export function withObservation(
  send: WireSend,
  onRequest: (observation: RequestObservation) => void,
  now: () => number,
): WireSend {
  return async (request, options) => {
    const sentMs = now()
    const observe = (code: RequestCode, bytes: number): void =>
      onRequest({ feed: options.feed, code, seconds: (now() - sentMs) / 1000, bytes })
    try {
      const answer = await send(request, options)
      void answer.ended.then((end) => observe(codeOf(answer.status, end, options.signal), end.bytes))
      return answer
    } catch (error) {
      if (!options.signal.aborted) observe(failureCode(error), 0)
      throw error
    }
  }
}

function codeOf(status: number, { error }: WireEnd, signal: AbortSignal): RequestCode {
  return error === undefined || signal.aborted ? statusCode(status) : failureCode(error)
}

function statusCode(status: number): RequestCode {
  if (status === 429) return '429'
  if (status >= 500) return '5xx'
  if (status >= 400) return '4xx'
  return status >= 300 ? '3xx' : '2xx'
}

function failureCode(error: unknown): RequestCode {
  return causeOf(error, RingtailError)?.code === 'RT-HTTP-TIMEOUT' ? 'timeout' : 'network'
}
