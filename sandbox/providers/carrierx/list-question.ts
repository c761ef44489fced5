import type { Answer } from '../answer.ts'
import type { Question } from '../api.ts'
import { type HeldVersion, markServed } from '../held-version.ts'
import type { Random } from '../random.ts'
import { type CarrierxApiParts, listPath } from './api.ts'
import { type Envelope, envelopeBody, pageLinks } from './envelope.ts'
import { type ListQuery, parseListQuery } from './list-query.ts'
import { type CallPage, itemNotFound, selectPage } from './page.ts'
import { driftRange, possibleSpoils, rowWithHistory } from './possible-spoils.ts'
import type { CallItems } from './rows.ts'
import { type CarrierxSpoil, spoilEnvelope, spoilPage } from './spoil.ts'

/** Understands a list request at `url`; throws a Refusal for wrong parameters and for an unknown sid. */
export function listQuestion(
  parts: CarrierxApiParts,
  url: URL,
  nowMs: number,
  random: Random,
): Question<CarrierxSpoil> {
  const query = parseListQuery(url.searchParams)
  const page = selectPage(parts.rows, query, nowMs)
  return {
    kind: questionKind(query),
    spoils: () => possibleSpoils(parts, query, page, nowMs),
    answer(spoil) {
      if (spoil === 'cursor-expired') throw itemNotFound(query.cursor?.sid ?? '')
      const shown = spoil === 'drift' ? drifted(parts, query, page, nowMs, random) : spoilPage(page, spoil, random)
      const items = parts.rows.items(shown.positions, nowMs)
      const older = spoil === 'duplicate-older' ? olderRow(parts, page, nowMs) : undefined
      const envelope: Envelope = {
        count: shown.positions.length + (older === undefined ? 0 : 1),
        hasMore: shown.hasMore,
        items: older === undefined ? items.json : Buffer.concat([older.json, Buffer.from(','), items.json]),
        limit: query.limit,
        offset: query.offset,
        pagination: pageLinks(parts.rows, query, shown, `${url.origin}${listPath}`),
        total: shown.total,
      }
      return listAnswer(spoilEnvelope(envelope, spoil, random, parts.strayUrl), items)
    },
  }
}

/** `start`: the first row from some time on; `after`, `before`: by sid; `range`: by offset. */
function questionKind({ cursor, limit, filter }: ListQuery): string {
  if (cursor !== undefined) return cursor.way
  return limit === 1 && filter !== undefined ? 'start' : 'range'
}

function olderRow(parts: CarrierxApiParts, page: CallPage, nowMs: number): HeldVersion | undefined {
  const position = rowWithHistory(parts, page, nowMs)
  return position === undefined ? undefined : parts.olderVersion(position, nowMs)
}

function drifted(parts: CarrierxApiParts, query: ListQuery, page: CallPage, nowMs: number, random: Random): CallPage {
  const range = driftRange(parts, query, page, nowMs)
  if (range === undefined) return page
  parts.insert(random.integer(range[0], range[1]), nowMs)
  parts.rows.advance(nowMs)
  return selectPage(parts.rows, query, nowMs)
}

function listAnswer(envelope: Envelope, { versions }: CallItems): Answer {
  const answer = { status: 200, contentType: 'application/json', body: envelopeBody(envelope) }
  return envelope.items === null || envelope.items === undefined ? answer : { ...answer, served: markServed(versions) }
}
