import { createRequire } from 'node:module'
import { type AbortedTransaction, committedRecords, type FetchedRecord } from './committed-records.ts'

const require = createRequire(import.meta.url)

/** What the patches read of a decoded record batch. */
interface DecodedBatch {
  readonly firstOffset: string
  readonly lastOffsetDelta: number
  readonly maxTimestamp: string
  readonly records: unknown[]
}

interface Message {
  readonly partition?: number
}

/** What kafkajs groups by partition before it sends. */
interface Grouping {
  readonly topic: string
  readonly partitionMetadata: readonly unknown[]
  readonly messages: readonly Message[]
  readonly partitioner: (of: object) => number
}

/** What a send uses of kafkajs, as far as a patch is concerned. */
interface SendDoors {
  readonly eosManager: {
    acquireBrokerLock(broker: unknown): Promise<void>
    releaseBrokerLock(broker: unknown): Promise<void> | undefined
  }
  readonly retrier: (attempt: (...args: unknown[]) => Promise<unknown>) => Promise<unknown>
}

interface RequestQueue {
  throttleCheckTimeoutId: NodeJS.Timeout | null
  readonly throttledUntil: number
  readonly pending: readonly unknown[]
  checkPendingRequests(): void
  scheduleCheckPendingRequests(): void
}

// kafkajs 2.2.4 is the last release and is pinned exactly, so its modules can be corrected in place.
// Import this file before anything of kafkajs is used.
stopBusyTimer()
advanceOverEmptyBatches()
groupWithoutCopies()
retryOnlyWhenIdle()
leaveOutWhatWasAborted()

/** Without this, a connection wakes up every millisecond for ever after its first answer (kafkajs issues 1556, 1704). */
function stopBusyTimer(): void {
  const { prototype } = require('kafkajs/src/network/requestQueue/index.js') as { prototype: RequestQueue }
  prototype.scheduleCheckPendingRequests = function (this: RequestQueue) {
    if (this.throttleCheckTimeoutId !== null || this.pending.length === 0) return
    const delayMs = this.throttledUntil - Date.now()
    this.throttleCheckTimeoutId = setTimeout(
      () => {
        this.throttleCheckTimeoutId = null
        this.checkPendingRequests()
      },
      delayMs > 0 ? delayMs : 10,
    )
  }
}

/**
 * Log cleaning leaves batches with no records, or without their last ones, behind. kafkajs does not move past such a
 * batch (issue 1072): a filler record at the batch's last offset makes it, and is dropped like a control record.
 */
function advanceOverEmptyBatches(): void {
  if (require.cache[require.resolve('kafkajs/src/protocol/requests/fetch/v4/decodeMessages')] !== undefined) {
    throw new Error('kafkajs-patches must be imported before the first fetch')
  }
  const path = require.resolve('kafkajs/src/protocol/recordBatch/v0/decoder')
  const decode = require(path) as (decoder: unknown) => Promise<DecodedBatch>
  const module = require.cache[path]
  if (module === undefined) throw new Error('kafkajs has no record batch decoder where one is expected')
  module.exports = async (decoder: unknown): Promise<DecodedBatch> => {
    const batch = await decode(decoder)
    const lastOffset = BigInt(batch.firstOffset) + BigInt(batch.lastOffsetDelta)
    const tail = batch.records.at(-1) as { readonly offset: string } | undefined
    if (tail !== undefined && BigInt(tail.offset) >= lastOffset) return batch
    batch.records.push({
      magicByte: 2,
      attributes: 0,
      timestamp: batch.maxTimestamp,
      offset: String(lastOffset),
      key: null,
      value: null,
      headers: {},
      isControlRecord: true,
      batchContext: batch,
    })
    return batch
  }
}

/** Grouping copies what it has for every message, which is quadratic; every record of ours names its partition. */
function groupWithoutCopies(): void {
  const path = require.resolve('kafkajs/src/producer/groupMessagesPerPartition')
  require(path)
  const module = require.cache[path]
  if (module === undefined) throw new Error('kafkajs does not group messages where it is expected to')
  module.exports = ({ topic, partitionMetadata, messages, partitioner }: Grouping): Record<number, Message[]> => {
    const grouped: Record<number, Message[]> = {}
    if (partitionMetadata.length === 0) return grouped
    for (const message of messages) {
      const partition = message.partition ?? partitioner({ topic, partitionMetadata, message })
      const group = grouped[partition]
      if (group === undefined) grouped[partition] = [message]
      else group.push(message)
    }
    return grouped
  }
}

/**
 * A send that fails at one broker is tried again at every broker that has not answered: also where the answer is on
 * its way, which writes the same records twice in one transaction. So an attempt fails only once all of it has ended.
 */
function retryOnlyWhenIdle(): void {
  if (require.cache[require.resolve('kafkajs/src/producer/messageProducer')] !== undefined) {
    throw new Error('kafkajs-patches must be imported before kafkajs')
  }
  const path = require.resolve('kafkajs/src/producer/sendMessages')
  const createSendMessages = require(path) as (doors: SendDoors) => unknown
  const module = require.cache[path]
  if (module === undefined) throw new Error('kafkajs has no sendMessages where one is expected')
  module.exports = (doors: SendDoors): unknown => {
    const { eosManager, retrier } = doors
    let underWay = 0
    let idle = Promise.withResolvers<void>()
    const begun = (): void => {
      if (underWay++ === 0) idle = Promise.withResolvers<void>()
    }
    const ended = (): void => {
      if (--underWay === 0) idle.resolve()
    }
    // Every request to a broker takes this lock first and gives it back last, whatever becomes of it.
    const counted: SendDoors['eosManager'] = Object.create(eosManager, {
      acquireBrokerLock: {
        value: async (broker: unknown) => {
          begun()
          await eosManager.acquireBrokerLock(broker).catch((error: unknown) => {
            ended()
            throw error
          })
        },
      },
      releaseBrokerLock: {
        value: (broker: unknown) => {
          ended()
          return eosManager.releaseBrokerLock(broker)
        },
      },
    })
    return createSendMessages({
      ...doors,
      eosManager: counted,
      retrier: (attempt) =>
        retrier(async (...args) => {
          try {
            return await attempt(...args)
          } catch (error) {
            if (underWay > 0) await idle.promise
            throw error
          }
        }),
    })
  }
}

/** What a consumer of read_committed is shown; see `committedRecords` for what kafkajs gets wrong. */
function leaveOutWhatWasAborted(): void {
  const path = require.resolve('kafkajs/src/consumer/filterAbortedMessages')
  require(path)
  const module = require.cache[path]
  if (module === undefined) throw new Error('kafkajs has no filter of aborted messages where one is expected')
  module.exports = (fetched: {
    readonly messages: readonly FetchedRecord[]
    readonly abortedTransactions?: readonly AbortedTransaction[] | null
  }): FetchedRecord[] => committedRecords(fetched.messages, fetched.abortedTransactions)
}
