import { createRequire } from 'node:module'

const crc32c = createRequire(import.meta.url)('kafkajs/src/protocol/recordBatch/crc32C') as (bytes: Buffer) => number

/** Bytes of a record batch before its records (magic 2, KIP-98). */
export const batchHeaderBytes = 61
/** Where the checksummed part of a batch begins: at its attributes. */
const checksummedFrom = 21
const transactionalAttribute = 0x10

/** What a record of a batch has; key and headers as kafkajs takes them. */
export interface BatchRecord {
  readonly key?: Buffer | string | null
  readonly value: Buffer | string | null
  readonly headers?: Readonly<Record<string, Buffer | string>> | undefined
}

/** What a batch says of itself. */
export interface BatchFacts {
  readonly records: number
  readonly compressionType: number
  readonly isTransactional: boolean
  readonly timestampMs: number
  readonly producerId: bigint
  readonly producerEpoch: number
  readonly firstSequence: number
}

/**
 * The records of a batch one behind the other, all with the batch's timestamp: the part that is compressed.
 * One buffer of the right size instead of an encoder a record, which is most of what a send costs in kafkajs.
 */
export function encodeRecords(records: readonly BatchRecord[]): Buffer {
  const bodies = new Array<number>(records.length)
  let size = 0
  for (const [offsetDelta, record] of records.entries()) {
    // Attributes and the timestamp delta (0) take a byte each.
    const body =
      2 + varintSize(offsetDelta) + bytesSize(record.key) + bytesSize(record.value) + headersSize(record.headers)
    bodies[offsetDelta] = body
    size += varintSize(body) + body
  }
  const out = Buffer.allocUnsafe(size)
  let at = 0
  for (const [offsetDelta, record] of records.entries()) {
    at = writeVarint(out, at, bodies[offsetDelta] ?? 0)
    out[at++] = 0
    out[at++] = 0
    at = writeVarint(out, at, offsetDelta)
    at = writeBytes(out, at, record.key)
    at = writeBytes(out, at, record.value)
    at = writeHeaders(out, at, record.headers)
  }
  return out
}

/** Writes a batch's header before `body`, which lies in `out` at `start + 61`, and returns where the batch ends. */
export function sealBatch(out: Buffer, start: number, body: number, facts: BatchFacts): number {
  const end = start + batchHeaderBytes + body
  let at = out.writeBigInt64BE(0n, start)
  at = out.writeInt32BE(end - at - 4, at)
  at = out.writeInt32BE(0, at)
  at = out.writeInt8(2, at)
  const checksumAt = at
  at = out.writeInt16BE(facts.compressionType | (facts.isTransactional ? transactionalAttribute : 0), at + 4)
  at = out.writeInt32BE(facts.records - 1, at)
  at = out.writeBigInt64BE(BigInt(facts.timestampMs), at)
  at = out.writeBigInt64BE(BigInt(facts.timestampMs), at)
  at = out.writeBigInt64BE(facts.producerId, at)
  at = out.writeInt16BE(facts.producerEpoch, at)
  at = out.writeInt32BE(facts.firstSequence, at)
  out.writeInt32BE(facts.records, at)
  out.writeUInt32BE(crc32c(out.subarray(start + checksummedFrom, end)), checksumAt)
  return end
}

/** Of a non-negative number in zigzag encoding. */
function varintSize(value: number): number {
  let bytes = 1
  for (let rest = value * 2; rest >= 0x80; rest = Math.floor(rest / 0x80)) bytes++
  return bytes
}

function writeVarint(out: Buffer, start: number, value: number): number {
  let at = start
  let rest = value * 2
  for (; rest >= 0x80; rest = Math.floor(rest / 0x80)) out[at++] = (rest % 0x80) | 0x80
  out[at++] = rest
  return at
}

function bytesSize(bytes: Buffer | string | null | undefined): number {
  if (bytes === null || bytes === undefined) return 1
  const length = Buffer.byteLength(bytes)
  return varintSize(length) + length
}

function writeBytes(out: Buffer, start: number, bytes: Buffer | string | null | undefined): number {
  if (bytes === null || bytes === undefined) {
    out[start] = 1 // -1 in zigzag encoding
    return start + 1
  }
  const length = Buffer.byteLength(bytes)
  const at = writeVarint(out, start, length)
  if (typeof bytes === 'string') out.write(bytes, at)
  else bytes.copy(out, at)
  return at + length
}

function headersSize(headers: BatchRecord['headers']): number {
  if (headers === undefined) return 1
  const entries = Object.entries(headers)
  return entries.reduce((size, [name, value]) => size + bytesSize(name) + bytesSize(value), varintSize(entries.length))
}

function writeHeaders(out: Buffer, start: number, headers: BatchRecord['headers']): number {
  if (headers === undefined) return writeVarint(out, start, 0)
  const entries = Object.entries(headers)
  let at = writeVarint(out, start, entries.length)
  for (const [name, value] of entries) at = writeBytes(out, writeBytes(out, at, name), value)
  return at
}
