import type { CdrChange, EventOrigin } from '../model/change.ts'
import type { Row } from '../model/row.ts'
import { eventId } from './event-id.ts'

/**
 * The change that a row is, as the `revision`-th of its id. `readThroughMs` is the time up to which the source was read:
 * a call that ended before it is late. Throws `Unreadable`.
 */
export function changeOf(
  row: Row,
  { provider, source, account }: EventOrigin,
  revision: number,
  contentHash: string,
  nowMs: number,
  readThroughMs: number | undefined,
): CdrChange {
  const fields = row.normalize()
  return {
    kind: row.kind,
    head: {
      eventId: eventId(provider, account, row.id, row.kind, revision, contentHash),
      eventType: revision === 1 ? 'CREATED' : 'UPDATED',
      revision,
      contentHash,
      provider,
      source,
      account,
      ingestedAt: nowMs,
    },
    isLate: fields.endTime !== null && readThroughMs !== undefined && fields.endTime < readThroughMs,
    fields,
  }
}
