import type { Dispatcher } from 'undici'
import { capped, received, utf8Text } from './body.ts'
import { decode, isPlain } from './decode.ts'
import { tooLarge, tooSlow, wireFailure } from './failure.ts'
import { httpDateMs } from './http-date.ts'
import type { WireAnswer, WireEnd } from './wire.ts'

/** What an answer needs to know beside what undici says. */
export interface AnswerFacts {
  readonly answerTimeoutMs: number
  readonly maxBodyBytes: number
  readonly maxTextBytes: number
  /** When the request was sent, by `performance.now()`. */
  readonly sentMs: number
  readonly shownUrl: string
  /** Method and shown address, to begin messages with. */
  readonly asked: string
  readonly ended: Promise<WireEnd>
  readonly signal: AbortSignal
}

/** More than this is not worth reading to keep a connection. */
const discardedBytes = 64 * 1024
const discardedWithinMs = 1_000

/** undici's response as an answer, its body checked, decoded and bounded while it is read. */
export function createAnswer(response: Dispatcher.ResponseData, facts: AnswerFacts): WireAnswer {
  const { asked, maxBodyBytes, maxTextBytes, answerTimeoutMs, signal } = facts
  const headers = lastValues(response.headers)
  const headersAfterMs = performance.now() - facts.sentMs
  let taken = false
  let gaveUp: Error | undefined
  const giveUp = <E extends Error>(error: E): E => {
    gaveUp = error
    return error
  }
  const tooManyBytes = (maxBytes: number) => () => giveUp(tooLarge(asked, maxBytes))

  function pieces(maxBytes: number): AsyncIterable<Uint8Array> {
    if (taken) throw new Error(`${asked}: the body was read already`)
    taken = true
    const encoding = headers['content-encoding']
    // Compressed bytes are bounded too: they may go on for ever without becoming anything.
    const maxWireBytes = isPlain(encoding) ? maxBytes : maxBodyBytes
    const onTheWire = received(response.body, {
      maxBytes: maxWireBytes,
      timeoutMs: answerTimeoutMs,
      spentMs: headersAfterMs,
      tooLarge: tooManyBytes(maxWireBytes),
      tooSlow: () => giveUp(tooSlow(asked, answerTimeoutMs)),
      failed: (error) => (signal.aborted ? signal.reason : wireFailure(error, asked)),
    })
    return isPlain(encoding) ? onTheWire : capped(decode(onTheWire, encoding, asked), maxBytes, tooManyBytes(maxBytes))
  }

  return {
    status: response.statusCode,
    headers,
    dateMs: httpDateMs(headers['date']) ?? Date.now(),
    shownUrl: facts.shownUrl,
    body: { [Symbol.asyncIterator]: () => pieces(maxBodyBytes)[Symbol.asyncIterator]() },
    text: async () => utf8Text(pieces(maxTextBytes), asked),
    async discard() {
      taken = true
      // Rejects only where time is up, and then the body is gone too.
      await response.body
        .dump({ limit: discardedBytes, signal: AbortSignal.timeout(discardedWithinMs) })
        .catch(() => undefined)
    },
    ended: facts.ended.then((end) => (gaveUp === undefined ? end : { ...end, error: gaveUp })),
  }
}

function lastValues(headers: Readonly<Record<string, string | string[] | undefined>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(headers).flatMap(([name, value]) => {
      const last = Array.isArray(value) ? value.at(-1) : value
      return last === undefined ? [] : [[name, last]]
    }),
  )
}
