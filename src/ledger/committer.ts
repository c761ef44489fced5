import type { TopicRecord } from '../model/topic-record.ts'
import { Load } from './load.ts'
import type { Parcel } from './parcel.ts'

/** Writes records in one transaction; resolves once it is committed. */
export type Publish = (records: readonly TopicRecord[]) => Promise<void>

/** Thrown by whatever is asked of a ledger whose commit failed; the cause says why. Open another one. */
export class LedgerSpent extends Error {
  override readonly name = 'LedgerSpent'
}

/** How many records may wait for the transaction in hand before the next page is held back. */
const mostWaitingRecords = 2_000
/** Of one transaction: each may bring a cursor. */
const mostParcels = 100

/**
 * One transaction at a time: it takes all parcels that wait, as far as one send may hold them, without waiting for
 * more. While it is under way the next parcels gather. The first failure ends it for good.
 */
export class Committer {
  readonly #publish: Publish
  /** The checkpoint records that every transaction carries with these parcels: cursors and notes. */
  readonly #checkpoints: (parcels: readonly Parcel[]) => readonly TopicRecord[]
  readonly #committed: (parcels: readonly Parcel[]) => void
  readonly #waiting: Parcel[] = []
  #waitingRecords = 0
  #running: Promise<void> | undefined
  #failure: LedgerSpent | undefined
  readonly #spent = new AbortController()
  /** Resolved, and made anew, whenever a transaction took what was waiting. */
  #taken = Promise.withResolvers<void>()
  /** Resolved, and made anew, whenever a transaction was committed. */
  #ended = Promise.withResolvers<void>()
  #added = 0
  #committedParcels = 0

  constructor(
    publish: Publish,
    checkpoints: (parcels: readonly Parcel[]) => readonly TopicRecord[],
    committed: (parcels: readonly Parcel[]) => void,
  ) {
    this.#publish = publish
    this.#checkpoints = checkpoints
    this.#committed = committed
  }

  /** Aborted with a `LedgerSpent` once a commit failed. */
  get spent(): AbortSignal {
    return this.#spent.signal
  }

  /** Whether nothing waits and no transaction is under way. */
  get idle(): boolean {
    return this.#running === undefined
  }

  /** Throws `LedgerSpent` once a commit failed. */
  assertUsable(): void {
    if (this.#failure !== undefined) throw this.#failure
  }

  /** Puts parcels into the queue, in order. */
  add(parcels: readonly Parcel[]): void {
    this.assertUsable()
    this.#added += parcels.length
    for (const parcel of parcels) {
      this.#waiting.push(parcel)
      this.#waitingRecords += parcel.records.length
    }
    this.#running ??= this.#run()
  }

  /** Resolves once few enough records wait for another page to be handed over. */
  async room(): Promise<void> {
    while (this.#waitingRecords > mostWaitingRecords) await this.#taken.promise
    this.assertUsable()
  }

  /** Resolves once everything that was added before is committed. */
  async settled(): Promise<void> {
    const added = this.#added
    while (this.#committedParcels < added && this.#failure === undefined) await this.#ended.promise
    this.assertUsable()
  }

  /** Ends it from outside; what waits is not committed. */
  spend(reason: unknown): void {
    if (this.#failure !== undefined) return
    this.#failure = new LedgerSpent('the ledger can no longer be used', { cause: reason })
    this.#waiting.length = 0
    this.#waitingRecords = 0
    this.#taken.resolve()
    this.#ended.resolve()
    this.#spent.abort(this.#failure)
  }

  async #run(): Promise<void> {
    // What the caller adds in the same turn goes into the same transaction.
    await Promise.resolve()
    try {
      while (this.#waiting.length > 0) await this.#transaction(this.#take())
    } catch (error) {
      this.spend(error)
    } finally {
      this.#running = undefined
    }
  }

  async #transaction(parcels: readonly Parcel[]): Promise<void> {
    const records = parcels.flatMap((parcel) => parcel.records)
    records.push(...this.#checkpoints(parcels))
    await this.#publish(records)
    this.assertUsable()
    this.#committed(parcels)
    this.#committedParcels += parcels.length
    this.#ended.resolve()
    this.#ended = Promise.withResolvers<void>()
  }

  #take(): Parcel[] {
    const load = new Load()
    const taken: Parcel[] = []
    for (let parcel = this.#waiting[0]; parcel !== undefined && taken.length < mostParcels; parcel = this.#waiting[0]) {
      if (!load.merge(parcel.load) && taken.length > 0) break
      taken.push(parcel)
      this.#waiting.shift()
      this.#waitingRecords -= parcel.records.length
    }
    this.#taken.resolve()
    this.#taken = Promise.withResolvers<void>()
    return taken
  }
}
