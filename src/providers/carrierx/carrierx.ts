import type { Provider } from '../../model/provider.ts'
import { Secret } from '../../model/secret.ts'
import { recordLookup } from './lookup.ts'
import { rangeReader } from './range.ts'
import { type CarrierxSettings, carrierxSettings } from './settings.ts'
import { tailReader } from './tail.ts'

const secondMs = 1000
const minuteMs = 60 * secondMs
const hourMs = 60 * minuteMs
const dayMs = 24 * hourMs

/**
 * CarrierX core v2 `calls/call_drs`: one record a call, a tail by `after=<dr_sid>` and ranges by `date_stop`.
 *
 * Records are inserted minutes after the call ended (2 min 43 s in the documented sample), behind the tail: the first
 * horizon of rechecks covers that. No rate limit is published, and no recordings or transcripts are listed.
 */
export const carrierx: Provider<CarrierxSettings> = {
  name: 'carrierx',
  settings: carrierxSettings,
  timing: {
    pollMs: 20 * secondMs,
    settleMs: 0,
    overlapMs: 5 * minuteMs,
    recheck: [
      { everyMs: minuteMs, backMs: 5 * minuteMs },
      { everyMs: 15 * minuteMs, backMs: 2 * hourMs },
      { everyMs: 6 * hourMs, backMs: 48 * hourMs },
    ],
    rememberForMs: 7 * dayMs,
  },
  limits: [{ requests: 2, perMs: secondMs, concurrency: 2 }],
  open(settings, facts) {
    const mapping = { region: facts.defaultRegion, currency: settings.currency }
    return {
      range: rangeReader(settings, mapping),
      tail: tailReader(settings, mapping),
      lookup: recordLookup(settings, mapping),
      auth: { headers: { authorization: new Secret(`Bearer ${settings.token.reveal()}`) } },
      origins: [new URL(settings.baseUrl).origin],
      volatile: [],
      maxWindowMs: dayMs,
    }
  },
}
