import { jsonAnswer } from '../answer.ts'
import { type Question, Refusal, type SimulatedApi } from '../api.ts'
import { type HeldVersion, markServed } from '../held-version.ts'
import { Random } from '../random.ts'
import { listQuestion } from './list-question.ts'
import { itemNotFound } from './page.ts'
import type { CallRows } from './rows.ts'
import type { CarrierxSpoil } from './spoil.ts'

/** What the API answers from, and what its faults need. */
export interface CarrierxApiParts {
  readonly rows: CallRows
  readonly token: string
  readonly seed: number | string
  /** Where links that lead astray lead to. */
  readonly strayUrl: string
  /** The version before the one that shows, if there is one. */
  readonly olderVersion: (position: number, nowMs: number) => HeldVersion | undefined
  /** Adds a row of `stopMs` that is visible at once. */
  readonly insert: (stopMs: number, nowMs: number) => void
  /** How old a row that drifts in may be, so that a recheck still finds it. */
  readonly driftBackMs: number
}

/** The path of the list; that of one record is below it. */
export const listPath = '/core/v2/calls/call_drs'

/** CarrierX's `calls/call_drs`: the list, and one record by its sid. */
export function carrierxApi(parts: CarrierxApiParts): SimulatedApi<CarrierxSpoil> {
  const random = new Random(`carrierx ${parts.seed}`)
  return {
    ask(request, nowMs) {
      if (request.headers.authorization !== `Bearer ${parts.token}`) throw new Refusal(401, 'Bad credentials')
      if (request.method !== 'GET') throw new Refusal(405, 'Method Not Allowed')
      const { pathname } = request.url
      parts.rows.advance(nowMs)
      if (pathname === listPath) return listQuestion(parts, request.url, nowMs, random)
      if (pathname.startsWith(`${listPath}/`))
        return recordQuestion(parts.rows, pathname.slice(listPath.length + 1), nowMs)
      throw new Refusal(404, 'Not Found')
    },
  }
}

function recordQuestion(rows: CallRows, sid: string, nowMs: number): Question<CarrierxSpoil> {
  const position = rows.positionOf(sid)
  if (position === undefined) throw itemNotFound(sid)
  const { json, versions } = rows.items([position], nowMs)
  const answer = { ...jsonAnswer(200, {}), body: [json], served: markServed(versions) }
  return { kind: 'record', spoils: () => [], answer: () => answer }
}
