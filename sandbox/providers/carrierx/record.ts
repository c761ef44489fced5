import type { Random } from '../random.ts'
import { identityToken } from './identity.ts'
import { callParties } from './numbers.ts'

/** When a call ended, and when the provider wrote its record. */
export interface CallTimes {
  readonly stopMs: number
  readonly insertMs: number
}

/** A call detail record: the 52 fields of the documented sample, in its (alphabetical) order and with its types. */
export type CallRecord = ReturnType<typeof callRecord>

/** Draws a call that ended at `times.stopMs`. About one in fifty is odd in a way that the provider's own are. */
export function callRecord(random: Random, times: CallTimes) {
  const odd = random.chance(0.02) ? random.pick(['no time', 'number', 'spelling', 'long price'] as const) : undefined
  const answered = random.chance(0.72)
  const ringMs = random.integer(200, answered ? 25_000 : 60_000)
  // Most calls are short, some last hours: the square of the square of a draw.
  const talkMs = answered ? Math.floor(random.fraction() ** 4 * 7_200_000) : 0
  // Now and then two clocks disagree, and a call stops before it starts.
  const startMs = odd === 'no time' ? times.stopMs + 12 : times.stopMs - ringMs - talkMs
  const seconds = (times.stopMs - startMs) / 1000 + random.integer(0, 99) / 100_000
  const price = ((Math.ceil(talkMs / 60_000) * random.integer(10, 60)) / 10_000).toString()
  const rate = (random.integer(10, 120) / 10_000).toString()
  const { source, destination, external, diverted, anonymous, signed } = callParties(random)
  const sourceIp = `162.251.${random.integer(176, 183)}.${random.integer(2, 250)}`
  const otherIp = `12.7.${random.integer(190, 195)}.${random.integer(2, 250)}`
  const attest = signed ? random.pick(['A', 'A', 'A', 'B', 'C']) : null
  const talksTo = answered || random.chance(0.3)
  return {
    cic: random.chance(0.05) ? random.digits(4) : null,
    cic_original: null,
    cic_transformed: null,
    codec_dst: answered ? random.pick(codecs) : null,
    codec_src: random.pick(codecs),
    date_insert: iso(Math.floor(times.insertMs / 1000) * 1000),
    date_start: iso(startMs),
    date_stop: iso(times.stopMs),
    date_talk: answered ? iso(times.stopMs - talkMs) : null,
    direction: odd === 'spelling' ? random.pick(['Inbound', 'any', 'undirected']) : random.pick(directions),
    disconnect_originator: random.pick(['DST', 'SRC', 'DST', 'SRC', 'INTERNAL']),
    diversion_dst: diverted,
    diversion_src: diverted,
    dr_sid: random.uuid(),
    duration: odd === 'number' ? seconds : seconds.toString(),
    duration_billing: String(Math.ceil(talkMs / 60_000) * 60),
    endpoint_sid_dst: talksTo ? sid('endpoint', random.integer(0, 40)) : null,
    endpoint_sid_src: sid('endpoint', random.integer(0, 40)),
    identity: anonymous ? `sip:${external}@${sourceIp}` : null,
    ip_dst: talksTo ? `10.222.${random.integer(0, 3)}.${random.integer(2, 250)}:5060` : null,
    ip_src: sourceIp,
    number_billing: destination.replace('+', ''),
    number_dst: destination,
    number_dst_original: random.chance(0.1) ? `9${destination.replace('+', '')}` : null,
    number_dst_transformed: random.chance(0.1) ? destination.replace('+', '') : null,
    number_external: external,
    number_src: source,
    number_src_original: random.chance(0.1) ? external.slice(-10) : null,
    number_src_transformed: random.chance(0.1) ? external : null,
    partner_sid: sid('partner', random.integer(0, 4)),
    price: odd === 'long price' ? `${price}${price.includes('.') ? '' : '.'}00` : price,
    price_lcr_dst: answered ? price : null,
    price_lcr_src: null,
    rate,
    rate_lcr_dst: talksTo ? rate : null,
    rate_lcr_src: null,
    sipcallid_dst: talksTo ? `${random.hex(32)}@${otherIp}` : null,
    sipcallid_src: `${random.hex(32)}@${sourceIp}`,
    sipcause: answered ? '200' : random.pick(failures),
    stir_attest: attest,
    stir_identity: signed ? 'true' : 'false',
    stir_orig_id: signed ? source : null,
    stir_signing_entity: signed ? 'carrierX' : null,
    stir_verstat: signed && random.chance(0.5) ? 'TN-Validation-Passed' : null,
    transcoded: answered && random.chance(0.5),
    trunk_group_sid_dst: talksTo ? sid('group', random.integer(0, 8)) : null,
    trunk_group_sid_src: null,
    trunk_sid_dst: talksTo ? sid('trunk', random.integer(0, 20)) : null,
    trunk_sid_src: random.chance(0.1) ? sid('trunk', random.integer(0, 20)) : null,
    type: 'telecom',
    user_data: signed || random.chance(0.7) ? { identity: identityToken(random, Math.floor(startMs / 1000)) } : null,
    version: 2,
  }
}

const codecs = ['g722', 'g722', 'amrwb', 'PCMU', 'PCMU', 'PCMA', 'opus']
const directions = ['inbound', 'outbound']
const failures = ['487', '487', '486', '480', '408', '404', '403', '603', '600', '503', '500']

/** An account has few endpoints and trunks, so the same few sids come back: 36 characters, readable on purpose. */
function sid(kind: 'endpoint' | 'partner' | 'group' | 'trunk', index: number): string {
  const family = { endpoint: '7fc3e7ea', partner: 'ed437757', group: 'cf7db13f', trunk: '7098d9f8' }[kind]
  return `${family}-a0df-4de1-836f-${String(index).padStart(12, '0')}`
}

function iso(ms: number): string {
  return new Date(ms).toISOString()
}
