import { createServer, type RequestListener, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { onTestFinished } from 'vitest'
import type { Client, ClientSettings } from '../../src/http/client.ts'
import { createClient } from '../../src/http/client.ts'
import type { Clock } from '../../src/http/clock.ts'
import type { WireAnswer, WireEnd, WireSend } from '../../src/http/wire.ts'
import type { HttpRequest, SendOptions } from '../../src/model/http.ts'

/** A clock that stands still until it is turned. */
export class ManualClock implements Clock {
  #nowMs = 1_000
  readonly #timers = new Set<{ readonly atMs: number; readonly act: () => void }>()

  now(): number {
    return this.#nowMs
  }

  after(ms: number, act: () => void): () => void {
    const timer = { atMs: this.#nowMs + ms, act }
    this.#timers.add(timer)
    return () => this.#timers.delete(timer)
  }

  /** Lets time go by, from timer to timer, and everything that hangs on each settle. */
  async turn(ms: number): Promise<void> {
    const untilMs = this.#nowMs + ms
    await settled()
    for (;;) {
      const [next] = [...this.#timers].filter(({ atMs }) => atMs <= untilMs).sort((a, b) => a.atMs - b.atMs)
      if (next === undefined) break
      this.#timers.delete(next)
      this.#nowMs = Math.max(this.#nowMs, next.atMs)
      next.act()
      await settled()
    }
    this.#nowMs = untilMs
  }

  get timers(): number {
    return this.#timers.size
  }
}

/** Until every promise that can settle without time or network has. */
export const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))

/** A server of this test on loopback; gone when the test is. */
export async function serve(listener: RequestListener): Promise<{ readonly origin: string; readonly server: Server }> {
  const server = createServer(listener)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  return { origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, server }
}

/** A client of this test, as patient as a busy machine needs. */
export function testClient(settings: Partial<ClientSettings> = {}): Client {
  const client = createClient({
    version: '1.2.3',
    connectTimeoutMs: 10_000,
    headersTimeoutMs: 10_000,
    bodyTimeoutMs: 10_000,
    answerTimeoutMs: 20_000,
    ...settings,
  })
  onTestFinished(() => client.close())
  return client
}

export const get = (url: string, more: Partial<HttpRequest> = {}): HttpRequest => ({
  method: 'GET',
  url: new URL(url),
  ...more,
})

export const sendOptions = (more: Partial<SendOptions> = {}): SendOptions => ({
  priority: 'live',
  feed: 'live',
  signal: new AbortController().signal,
  ...more,
})

/** An answer that came from nowhere. */
export function fakeAnswer(
  facts: Partial<Pick<WireAnswer, 'status' | 'headers' | 'dateMs' | 'shownUrl'>> = {},
  text = '',
  ended: Promise<WireEnd> = Promise.resolve({ bytes: text.length, error: undefined }),
): WireAnswer {
  return {
    status: 200,
    headers: {},
    dateMs: Date.UTC(2026, 10, 1),
    shownUrl: 'https://api.example.com/calls',
    ...facts,
    body: (async function* () {
      yield Buffer.from(text)
    })(),
    text: async () => text,
    discard: async () => {},
    ended,
  }
}

/** A `WireSend` that answers at once, and remembers what it was asked. */
export function fakeSend(answer: () => WireAnswer = fakeAnswer): WireSend & { readonly requests: HttpRequest[] } {
  const requests: HttpRequest[] = []
  const send: WireSend = async (request) => {
    requests.push(request)
    return answer()
  }
  return Object.assign(send, { requests })
}
