import { Agent, request as undiciRequest } from 'undici'
import type { HttpRequest, SendOptions } from '../model/http.ts'
import { createAnswer } from './answer.ts'
import { wireFailure } from './failure.ts'
import type { AddressGuard } from './public-address.ts'
import { shownUrl } from './shown-url.ts'
import type { WireAnswer, WireEnd, WireSend } from './wire.ts'
import { withEnd } from './wire-end.ts'

/** How patient and how careful the client is. What is left out has the default named with it. */
export interface ClientSettings {
  /** Ringtail's own version, for `User-Agent`. */
  readonly version: string
  /** Until the connection stands, TLS included; 10 s. */
  readonly connectTimeoutMs?: number
  /** From sending until the last byte of the headers; 60 s. */
  readonly headersTimeoutMs?: number
  /** Between two pieces of a body that somebody waits for; 30 s. */
  readonly bodyTimeoutMs?: number
  /** From sending until the last byte, less the time in which nobody asks for more; 10 min. Guards against dripping. */
  readonly answerTimeoutMs?: number
  /** Of a body that is read in pieces, decoded or not; 8 GiB. */
  readonly maxBodyBytes?: number
  /** Of a body that is read as text; 256 MiB. V8 holds no string of more than 512 MiB. */
  readonly maxTextBytes?: number
  /**
   * Whether gzip is asked for; yes. It costs 1.1 ms of CPU per MB of JSON and makes that a tenth of the bytes. What comes
   * compressed is decoded in any case.
   */
  readonly compression?: boolean
  /** Which addresses may be dialled; any. For addresses that a provider, not the operator, chose. */
  readonly guard?: AddressGuard
}

/** A `WireSend` with connections that stay open between requests, until `close`. */
export type Client = WireSend & {
  /** Breaks off what is under way. */
  close(): Promise<void>
}

/**
 * What talks HTTP: sends one request as it is, follows no redirect, tries nothing twice, and takes any status for an
 * answer. Throws `RT-HTTP-CONNECT`, `RT-HTTP-TLS`, `RT-HTTP-TIMEOUT`, `RT-HTTP-CUT` and `RT-HTTP-REQUEST`, the reason
 * of the signal where it was aborted, and from reading the body also `RT-HTTP-TOO-LARGE` and `RT-ANSWER-ENCODING`.
 */
export function createClient(settings: ClientSettings): Client {
  const agent = new Agent({
    // One protocol, one way of breaking off: what is tested here is HTTP/1.1.
    allowH2: false,
    headersTimeout: settings.headersTimeoutMs ?? 60_000,
    bodyTimeout: settings.bodyTimeoutMs ?? 30_000,
    connect: {
      timeout: settings.connectTimeoutMs ?? 10_000,
      ...(settings.guard === undefined ? {} : { lookup: settings.guard.lookup }),
    },
  })
  const limits = {
    answerTimeoutMs: settings.answerTimeoutMs ?? 600_000,
    maxBodyBytes: settings.maxBodyBytes ?? 8 * 1024 ** 3,
    maxTextBytes: settings.maxTextBytes ?? 256 * 1024 ** 2,
  }
  const headers = {
    'user-agent': `ringtail/${settings.version}`,
    'accept-encoding': settings.compression === false ? 'identity' : 'gzip',
  }

  async function send(request: HttpRequest, options: SendOptions): Promise<WireAnswer> {
    options.signal.throwIfAborted()
    settings.guard?.assertAllowed(request.url)
    const ended = Promise.withResolvers<WireEnd>()
    const shown = shownUrl(request.url)
    const asked = `${request.method} ${shown}`
    const sentMs = performance.now()
    try {
      const response = await undiciRequest(request.url, {
        dispatcher: withEnd(agent, ended.resolve),
        method: request.method,
        headers: { ...headers, ...request.headers },
        signal: options.signal,
        ...(request.body === undefined ? {} : { body: request.body }),
      })
      const { signal } = options
      return createAnswer(response, { ...limits, sentMs, shownUrl: shown, asked, ended: ended.promise, signal })
    } catch (error) {
      options.signal.throwIfAborted()
      throw wireFailure(error, asked)
    }
  }

  return Object.assign(send, { close: () => agent.destroy() })
}
