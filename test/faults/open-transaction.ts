import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { apiKeys, frames } from '../../sandbox/kafka-wire.ts'

const listOffsetsVersion = 2
const readUncommitted = 0
const readCommitted = 1
/** The markers of a transaction that has ended are written within some milliseconds. */
const markersMs = 30

/** Whether a transaction that wrote to the partition has not ended, nor is just about to. */
export async function isTransactionOpen(broker: string, topic: string, partition: number): Promise<boolean> {
  const [host = '', port = ''] = broker.split(':')
  const socket = connect({ host, port: Number(port), noDelay: true })
  try {
    await once(socket, 'connect')
    const answers = frames(socket)[Symbol.asyncIterator]()
    const isOpen = async (): Promise<boolean> => {
      const stable = await endOffset(socket, answers, topic, partition, readCommitted)
      return stable < (await endOffset(socket, answers, topic, partition, readUncommitted))
    }
    if (!(await isOpen())) return false
    await sleep(markersMs)
    return await isOpen()
  } finally {
    socket.destroy()
  }
}

/** The end of a partition as it is for one isolation level (https://kafka.apache.org/protocol, ListOffsets). */
async function endOffset(
  socket: Socket,
  answers: AsyncIterator<Buffer>,
  topic: string,
  partition: number,
  isolation: number,
): Promise<bigint> {
  const name = Buffer.from(topic)
  const request = Buffer.alloc(4 + 10 + 4 + 1 + 4 + 2 + name.length + 4 + 4 + 8)
  let at = request.writeInt32BE(request.length - 4)
  at = request.writeInt16BE(apiKeys.listOffsets, at)
  at = request.writeInt16BE(listOffsetsVersion, at)
  at = request.writeInt32BE(0, at)
  at = request.writeInt16BE(-1, at)
  at = request.writeInt32BE(-1, at)
  at = request.writeInt8(isolation, at)
  at = request.writeInt32BE(1, at)
  at = request.writeInt16BE(name.length, at)
  at += name.copy(request, at)
  at = request.writeInt32BE(1, at)
  at = request.writeInt32BE(partition, at)
  request.writeBigInt64BE(-1n, at)
  socket.write(request)
  const { done, value } = await answers.next()
  if (done === true) throw new Error('the broker closed the connection')
  // Length, correlation id, throttle time and the number of topics; the name; the number of partitions and the partition.
  const errorAt = 16 + 2 + name.length + 8
  const error = value.readInt16BE(errorAt)
  if (error !== 0) throw new Error(`${topic}/${partition}: ListOffsets was answered with error ${error}`)
  return value.readBigInt64BE(errorAt + 2 + 8)
}
