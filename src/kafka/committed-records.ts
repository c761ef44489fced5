/** A record as kafkajs decodes it: also one of an aborted transaction, also a control record. */
export interface FetchedRecord {
  readonly offset: string
  readonly key: Buffer | null
  readonly isControlRecord: boolean
  readonly batchContext: { readonly producerId: string; readonly inTransaction: boolean }
}

/** An aborted transaction that a fetch answer names: whose it was and where it began. */
export interface AbortedTransaction {
  readonly producerId: string
  readonly firstOffset: string
}

/** Of the control record behind an aborted transaction: version 0, type 0. */
const abortMarkerKey = Buffer.alloc(4)

/**
 * The records of a fetch answer, control records included, less those of aborted transactions.
 *
 * Brokers list aborted transactions by their ends. kafkajs takes the list for sorted by their beginnings, and takes one
 * a record: where the aborted transactions of two producers overlap, aborted records pass.
 */
export function committedRecords<R extends FetchedRecord>(
  records: readonly R[],
  abortedTransactions: readonly AbortedTransaction[] | null | undefined,
): R[] {
  const aborted = (abortedTransactions ?? [])
    .map(({ producerId, firstOffset }) => ({ producerId: String(producerId), firstOffset: BigInt(firstOffset) }))
    .sort((a, b) => (a.firstOffset < b.firstOffset ? -1 : 1))
  if (aborted.length === 0) return [...records]
  const open = new Set<string>()
  let next = 0
  return records.filter((record) => {
    const offset = BigInt(record.offset)
    for (let begun = aborted[next]; begun !== undefined && begun.firstOffset <= offset; begun = aborted[++next]) {
      open.add(begun.producerId)
    }
    const producerId = String(record.batchContext.producerId)
    if (!record.isControlRecord) return !(record.batchContext.inTransaction && open.has(producerId))
    if (record.key?.equals(abortMarkerKey) === true) open.delete(producerId)
    return true
  })
}
