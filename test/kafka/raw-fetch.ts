import { once } from 'node:events'
import { connect } from 'node:net'
import { frames } from '../../sandbox/kafka-wire.ts'

/** A batch as it lies in the log, without its records (https://kafka.apache.org/documentation/#recordbatch). */
export interface RawBatch {
  readonly firstOffset: bigint
  readonly lastOffset: bigint
  readonly isControl: boolean
  readonly records: number
}

const fetchVersion = 4
const headerBytes = 61

/** The batches of partition 0 that one fetch from `offset` answers with, read without any client. */
export async function rawBatches(broker: string, topic: string, offset: bigint): Promise<RawBatch[]> {
  const [host = '', port = ''] = broker.split(':')
  const socket = connect({ host, port: Number(port) })
  try {
    await once(socket, 'connect')
    socket.write(fetchRequest(topic, offset))
    for await (const frame of frames(socket)) return batchesOf(frame)
    throw new Error(`${broker} closed the connection`)
  } finally {
    socket.destroy()
  }
}

function fetchRequest(topic: string, offset: bigint): Buffer {
  const name = Buffer.from(topic)
  const request = Buffer.alloc(4 + 10 + 17 + 4 + 2 + name.length + 4 + 16)
  let at = request.writeInt32BE(request.length - 4)
  at = request.writeInt16BE(1, at)
  at = request.writeInt16BE(fetchVersion, at)
  at = request.writeInt32BE(0, at)
  at = request.writeInt16BE(-1, at)
  // No replica, 100 ms at most, a byte at least, 8 MiB at most, read committed.
  at = request.writeInt32BE(-1, at)
  at = request.writeInt32BE(100, at)
  at = request.writeInt32BE(1, at)
  at = request.writeInt32BE(8 << 20, at)
  at = request.writeInt8(1, at)
  at = request.writeInt32BE(1, at)
  at = request.writeInt16BE(name.length, at)
  at += name.copy(request, at)
  at = request.writeInt32BE(1, at)
  at = request.writeInt32BE(0, at)
  at = request.writeBigInt64BE(offset, at)
  request.writeInt32BE(8 << 20, at)
  return request
}

function batchesOf(frame: Buffer): RawBatch[] {
  // The frame's length, the correlation id, the throttle time and the number of topics; then the topic's name.
  let at = 4 + 4 + 4 + 4
  at += 2 + frame.readInt16BE(at) + 4 + 4
  const error = frame.readInt16BE(at)
  if (error !== 0) throw new Error(`the fetch was answered with error ${error}`)
  at += 2 + 8 + 8
  at += 4 + Math.max(0, frame.readInt32BE(at)) * 16
  const end = at + 4 + frame.readInt32BE(at)
  const batches: RawBatch[] = []
  for (at += 4; at + headerBytes <= end; at += 12 + frame.readInt32BE(at + 8)) {
    const firstOffset = frame.readBigInt64BE(at)
    batches.push({
      firstOffset,
      lastOffset: firstOffset + BigInt(frame.readInt32BE(at + 23)),
      isControl: (frame.readInt16BE(at + 21) & 0x20) !== 0,
      records: frame.readInt32BE(at + 57),
    })
  }
  return batches
}
