/** What Kafka's protocol calls its requests, as far as the sandbox names them (https://kafka.apache.org/protocol). */
export const apiKeys = {
  produce: 0,
  fetch: 1,
  listOffsets: 2,
  metadata: 3,
  offsetCommit: 8,
  findCoordinator: 10,
  joinGroup: 11,
  heartbeat: 12,
  syncGroup: 14,
  initProducerId: 22,
  addPartitionsToTxn: 24,
  endTxn: 26,
} as const

/** A broker's address inside an answer: where its host and port stand, from `start` up to `end`, in bytes. */
export interface BrokerAddress {
  readonly nodeId: number
  readonly host: string
  readonly port: number
  readonly start: number
  readonly end: number
}

/** Cuts a connection's bytes into messages, each with its length in front as on the wire. */
export async function* frames(bytes: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  let chunks: Buffer[] = []
  let held = 0
  for await (const chunk of bytes) {
    chunks.push(chunk)
    held += chunk.length
    // Joined only once a whole message is there, or a large one would be copied again for every chunk of it.
    while (held >= 4 && held >= frameLength(chunks)) {
      const all = joined(chunks)
      const length = frameLength([all])
      yield all.subarray(0, length)
      chunks = [all.subarray(length)]
      held -= length
    }
  }
}

function frameLength(chunks: readonly Buffer[]): number {
  const [first] = chunks
  const head = first !== undefined && first.length >= 4 ? first : joined(chunks)
  return 4 + head.readInt32BE(0)
}

function joined(chunks: readonly Buffer[]): Buffer {
  const [first] = chunks
  return first !== undefined && chunks.length === 1 ? first : Buffer.concat(chunks)
}

/** The head of a request message. */
export function requestHeader(frame: Buffer): { apiKey: number; version: number; correlationId: number } {
  return { apiKey: frame.readInt16BE(4), version: frame.readInt16BE(6), correlationId: frame.readInt32BE(8) }
}

/** Which request a message answers. */
export function answeredCorrelationId(frame: Buffer): number {
  return frame.readInt32BE(4)
}

/** A request for the cluster's brokers without any topic, in version 5. */
export function brokersRequest(): Buffer {
  const request = Buffer.alloc(4 + 2 + 2 + 4 + 2 + 4 + 1)
  request.writeInt32BE(request.length - 4, 0)
  request.writeInt16BE(apiKeys.metadata, 4)
  request.writeInt16BE(5, 6)
  // No client id; then correlation id 0, no topics and no creation of topics, which are zeros.
  request.writeInt16BE(-1, 12)
  return request
}

/** The brokers and the cluster id (version 2 and later) of an answer to Metadata, versions 0 to 8. */
export function readMetadata(frame: Buffer, version: number): { brokers: readonly BrokerAddress[]; clusterId: string } {
  if (version > 8) throw new Error(`Metadata version ${version} is not understood`)
  const cursor = new Cursor(frame, 8 + (version >= 3 ? 4 : 0))
  const brokers: BrokerAddress[] = []
  for (let left = cursor.int32(); left > 0; left -= 1) {
    brokers.push(cursor.brokerAddress())
    if (version >= 1) cursor.text()
  }
  return { brokers, clusterId: version >= 2 ? cursor.text() : '' }
}

/** The broker in an answer to FindCoordinator, versions 0 to 2; its host is empty if there is none. */
export function readCoordinator(frame: Buffer, version: number): BrokerAddress {
  if (version > 2) throw new Error(`FindCoordinator version ${version} is not understood`)
  const cursor = new Cursor(frame, version === 0 ? 10 : 14)
  if (version > 0) cursor.text()
  return cursor.brokerAddress()
}

/** A copy of `frame` in which each of `addresses` reads as `translate` (`host:port` to `host:port`) has it. */
export function replaceAddresses(
  frame: Buffer,
  addresses: readonly BrokerAddress[],
  translate: (address: string) => string,
): Buffer {
  const parts: Buffer[] = []
  let copied = 4
  for (const { host, port, start, end } of addresses) {
    parts.push(frame.subarray(copied, start), encodedAddress(translate(`${host}:${port}`)))
    copied = end
  }
  const body = Buffer.concat([...parts, frame.subarray(copied)])
  const length = Buffer.alloc(4)
  length.writeInt32BE(body.length)
  return Buffer.concat([length, body])
}

function encodedAddress(address: string): Buffer {
  const colon = address.lastIndexOf(':')
  const host = Buffer.from(address.slice(0, colon))
  const encoded = Buffer.alloc(2 + host.length + 4)
  encoded.writeInt16BE(host.length, 0)
  host.copy(encoded, 2)
  encoded.writeInt32BE(Number(address.slice(colon + 1)), 2 + host.length)
  return encoded
}

/** Reads Kafka's primitive types one after another. */
class Cursor {
  readonly #frame: Buffer
  #position: number

  constructor(frame: Buffer, position: number) {
    this.#frame = frame
    this.#position = position
  }

  int32(): number {
    this.#position += 4
    return this.#frame.readInt32BE(this.#position - 4)
  }

  /** A STRING or NULLABLE_STRING; null reads as empty. */
  text(): string {
    const length = Math.max(0, this.#frame.readInt16BE(this.#position))
    const start = this.#position + 2
    this.#position = start + length
    return this.#frame.toString('utf8', start, this.#position)
  }

  brokerAddress(): BrokerAddress {
    const nodeId = this.int32()
    const start = this.#position
    const host = this.text()
    const port = this.int32()
    return { nodeId, host, port, start, end: this.#position }
  }
}
