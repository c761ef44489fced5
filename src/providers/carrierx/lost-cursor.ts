import { RingtailError } from '../../model/errors.ts'
import type { HttpAnswer } from '../../model/http.ts'

const mostLosses = 3
const withinMs = 600_000

/** How often in a row `after=<dr_sid>` was refused, and when first. */
export interface Losses {
  readonly count: number
  readonly sinceMs: number
}

/**
 * One loss more: CarrierX does not know the sid that reading goes on from, since calls expire.
 *
 * Reading starts again by time then. The third loss in a row throws `RT-CARRIERX-CURSOR` instead, so that a server that
 * refuses every sid is not asked for ever; ten minutes after the first, counting starts anew, so that the source
 * recovers by itself.
 */
export function oneMoreLoss(losses: Losses | undefined, answer: HttpAnswer): Losses {
  const isRecent = losses !== undefined && answer.dateMs - losses.sinceMs < withinMs
  const count = isRecent ? losses.count + 1 : 1
  if (count >= mostLosses) {
    throw new RingtailError(`${answer.shownUrl} refused ${count} records in a row as the place to go on from`, {
      code: 'RT-CARRIERX-CURSOR',
      retryable: true,
      advice:
        'Ringtail starts again by time within ten minutes, and rechecks go on. Ask CarrierX if records expire early.',
      status: answer.status,
    })
  }
  return { count, sinceMs: isRecent ? losses.sinceMs : answer.dateMs }
}
