import type { HttpAnswer } from '../src/model/http.ts'

/** What a fake answer may say; the rest is an answer of 200 with JSON at noon. */
export interface FakeAnswer {
  readonly status?: number
  readonly headers?: Readonly<Record<string, string>>
  readonly dateMs?: number
  /** Text and bytes as they are; everything else as JSON. */
  readonly body?: unknown
}

/** An answer without a network. As the real one, it gives its body once, and refuses what is not UTF-8. */
export function fakeAnswer({ status = 200, headers, dateMs, body = '' }: FakeAnswer = {}): HttpAnswer {
  const bytes = body instanceof Uint8Array ? body : Buffer.from(typeof body === 'string' ? body : JSON.stringify(body))
  let isTaken = false
  const take = () => {
    if (isTaken) throw new Error('the body was read already')
    isTaken = true
    return bytes
  }
  return {
    status,
    headers: headers ?? { 'content-type': 'application/json' },
    dateMs: dateMs ?? Date.parse('2025-05-18T16:00:00Z'),
    shownUrl: 'GET /fake',
    body: {
      async *[Symbol.asyncIterator]() {
        yield take()
      },
    },
    text: async () => new TextDecoder('utf-8', { fatal: true }).decode(take()),
    discard: async () => {
      isTaken = true
    },
  }
}
