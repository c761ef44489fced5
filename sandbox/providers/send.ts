import type { ServerResponse } from 'node:http'
import { setTimeout as sleep } from 'node:timers/promises'
import { type Answer, byteLength } from './answer.ts'
import type { Random } from './random.ts'

/** Some of the body: never nothing, unless there is but a byte, and never all of it. */
export function cut(answer: Answer, random: Random): Buffer {
  const length = byteLength(answer)
  return Buffer.concat(answer.body).subarray(0, random.integer(Math.min(1, length - 1), length - 1))
}

function whenSent(response: ServerResponse): Promise<void> {
  return new Promise((resolve) => {
    // 'close' follows every end, good or bad; after a good one 'finish' came first.
    response.once('close', resolve)
    response.once('finish', resolve)
  })
}

/** Sends the answer as it is. */
export async function sendWhole(response: ServerResponse, answer: Answer, clock: () => number): Promise<void> {
  response.once('finish', () => answer.served?.(clock()))
  response.writeHead(answer.status, { 'Content-Type': answer.contentType, 'Content-Length': byteLength(answer) })
  const sent = whenSent(response)
  response.cork()
  for (const chunk of answer.body) response.write(chunk)
  response.end()
  response.uncork()
  await sent
}

/** Sends the answer in pieces, over about `slowMs`. */
export async function sendSlowly(
  response: ServerResponse,
  answer: Answer,
  slowMs: number,
  clock: () => number,
): Promise<void> {
  const pieces = 8
  const body = Buffer.concat(answer.body)
  const pieceLength = Math.ceil(body.length / pieces)
  response.once('finish', () => answer.served?.(clock()))
  response.writeHead(answer.status, { 'Content-Type': answer.contentType, 'Content-Length': body.length })
  const sent = whenSent(response)
  for (let start = 0; start < body.length && !response.destroyed; start += pieceLength) {
    response.write(body.subarray(start, start + pieceLength))
    await sleep(slowMs / pieces)
  }
  response.end()
  await sent
}

/** Sends a part of the answer, and then ends or resets the connection. */
export async function sendPart(
  response: ServerResponse,
  answer: Answer,
  how: 'truncate' | 'truncate-chunked' | 'reset',
  random: Random,
): Promise<void> {
  const part = cut(answer, random)
  const framing = how === 'truncate-chunked' ? {} : { 'Content-Length': byteLength(answer) }
  response.writeHead(answer.status, { 'Content-Type': answer.contentType, ...framing })
  response.flushHeaders()
  const sent = whenSent(response)
  response.write(part, () => {
    if (how === 'reset') response.socket?.resetAndDestroy()
    else response.socket?.destroySoon()
  })
  await sent
}
