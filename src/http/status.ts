import type { HttpAnswer } from '../model/http.ts'
import { Secret } from '../model/secret.ts'
import { redact } from './redact.ts'
import { statusFailure } from './status-failure.ts'
import type { WireSend } from './wire.ts'

const excerptLength = 200
/** Read of a refusal; redacted as a whole, so that no secret is cut into a half that nobody recognizes. */
const readBytes = 16 * 1024

/**
 * Passes answers with 200 and with the statuses that the request expects, and throws a `RingtailError` for every other
 * one (`status-failure.ts` has the codes). Its message has the first 200 characters of the body, redacted of `secrets`, of
 * all that stands in the query's values (a key may), and of what looks like either.
 */
export function withStatus(send: WireSend, source: string, secrets: readonly Secret[]): WireSend {
  return async (request, options) => {
    const answer = await send(request, options)
    if (answer.status === 200 || request.expect?.includes(answer.status) === true) return answer
    const hidden = [...secrets, ...Array.from(request.url.searchParams.values(), (value) => new Secret(value))]
    throw statusFailure(answer, { source, method: request.method, excerpt: await excerpt(answer, hidden) })
  }
}

async function excerpt(answer: HttpAnswer, secrets: readonly Secret[]): Promise<string> {
  const text = redact(await beginning(answer), secrets)
    .replace(/\s+/g, ' ')
    .trim()
  return text.length > excerptLength ? `${text.slice(0, excerptLength - 1)}…` : text
}

async function beginning(answer: HttpAnswer): Promise<string> {
  const pieces: Uint8Array[] = []
  try {
    let bytes = 0
    for await (const piece of answer.body) {
      pieces.push(piece)
      bytes += piece.length
      if (bytes >= readBytes) break
    }
  } catch {
    // The status says what is wrong; that its explanation broke off does not.
  }
  return Buffer.concat(pieces).subarray(0, readBytes).toString('utf8')
}
