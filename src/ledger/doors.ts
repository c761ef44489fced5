import type { Change, EventOrigin } from '../model/change.ts'
import type { Clock } from '../model/clock.ts'
import type { TopicRecord } from '../model/topic-record.ts'

/** Of a source, what its ledger needs to know. */
export interface LedgerSource {
  readonly origin: EventOrigin
  /** Top-level fields of the raw record that the content hash leaves out. */
  readonly volatile: readonly string[]
  readonly rememberForMs: number
}

/** What a ledger calls on its way from a change to a record, and who hears of oddities. */
export interface LedgerDoors {
  readonly clock: Clock
  /** The record of a change. Throws where the change does not fit its schema, which is our bug. */
  readonly encode: (change: Change) => TopicRecord
  /** A checkpoint record, addressed to the ledger's own partition. */
  readonly checkpoint: (key: string, value: Buffer | null) => TopicRecord
  /** A row that changes too often to be published each time. */
  readonly flapping: (source: string, id: string) => void
}
