import { isUtf8 } from 'node:buffer'
import { wrongEncoding } from './failure.ts'

/**
 * The pieces, as long as they are no more than `maxBytes` altogether; then throws what `tooLarge` makes. Who stops
 * reading also stops what the pieces come from.
 */
export async function* capped(
  pieces: AsyncIterable<Uint8Array>,
  maxBytes: number,
  tooLarge: () => Error,
): AsyncGenerator<Uint8Array, void, void> {
  let bytes = 0
  for await (const piece of pieces) {
    bytes += piece.length
    if (bytes > maxBytes) throw tooLarge()
    yield piece
  }
}

/** How much and how long a body may be, and the errors for what goes wrong with it. */
export interface Bounds {
  readonly maxBytes: number
  /** For the whole answer; `spentMs` of it went by before its body. */
  readonly timeoutMs: number
  readonly spentMs: number
  readonly tooLarge: () => Error
  readonly tooSlow: () => Error
  /** Says what an error of the wire means. */
  readonly failed: (error: unknown) => unknown
}

/**
 * The pieces as they come over the wire, within bounds. Only time in which somebody waits for a piece counts, so that a
 * slow reader of a large body is not the provider's fault. It is looked at with each piece: that none comes at all is
 * for the timeout between two of them. One generator for all of it, because each costs 0.3 ms of CPU per MB.
 */
export async function* received(
  pieces: AsyncIterable<Uint8Array>,
  bounds: Bounds,
): AsyncGenerator<Uint8Array, void, void> {
  let bytes = 0
  let waitedMs = bounds.spentMs
  let sinceMs = performance.now()
  try {
    for await (const piece of pieces) {
      waitedMs += performance.now() - sinceMs
      bytes += piece.length
      if (bytes > bounds.maxBytes) throw bounds.tooLarge()
      if (waitedMs > bounds.timeoutMs) throw bounds.tooSlow()
      yield piece
      sinceMs = performance.now()
    }
  } catch (error) {
    throw bounds.failed(error)
  }
}

/** The pieces as one text, without a byte order mark. Throws `RT-ANSWER-ENCODING` where they are not UTF-8. */
export async function utf8Text(pieces: AsyncIterable<Uint8Array>, asked: string): Promise<string> {
  const read: Uint8Array[] = []
  for await (const piece of pieces) read.push(piece)
  const body = Buffer.concat(read)
  if (!isUtf8(body)) throw wrongEncoding(asked, 'the answer is not valid UTF-8')
  return body.toString('utf8', body[0] === 0xef && body[1] === 0xbb && body[2] === 0xbf ? 3 : 0)
}
