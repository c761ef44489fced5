import type { Lookup } from '../../model/provider.ts'
import { Unreadable } from '../../model/row.ts'
import { answerShape, jsonAnswer } from '../json-answer.ts'
import { recordRequest } from './addresses.ts'
import { callRow } from './call-row.ts'
import type { Mapping } from './normalize.ts'
import type { CarrierxSettings } from './settings.ts'

/** One record by its dr_sid: `GET /calls/call_drs/{dr_sid}`. 404: it never was, or it expired. */
export function recordLookup({ baseUrl }: CarrierxSettings, mapping: Mapping): Lookup {
  return {
    request: (id) => recordRequest(baseUrl, id),
    async read(answer) {
      if (answer.status === 404) {
        await answer.discard()
        return undefined
      }
      const { object, text } = await jsonAnswer(answer)
      try {
        return callRow(object, mapping, () => text).row
      } catch (error) {
        throw error instanceof Unreadable
          ? answerShape(answer, 'a call record', `another one (${error.message})`)
          : error
      }
    },
  }
}
