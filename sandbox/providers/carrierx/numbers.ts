import type { Random } from '../random.ts'

/** Who calls whom, in all the ways that numbers are written. */
export interface CallParties {
  readonly source: string
  readonly destination: string
  /** The calling number without `+`, also where the caller hides it. */
  readonly external: string
  readonly diverted: string | null
  readonly anonymous: boolean
  /** True if the call carries an attestation of its caller. */
  readonly signed: boolean
}

const areas = ['201', '206', '212', '213', '303', '305', '312', '404', '415', '501', '512', '516', '617', '702', '713']
const abroad = ['442071838750', '493089679290', '33170189900', '5511309012', '819012345678']

/** Draws the parties of a call: mostly North American, with and without `+`; some anonymous, SIP addresses, extensions. */
export function callParties(random: Random): CallParties {
  const external = random.chance(0.08) ? random.pick(abroad) : usNumber(random)
  const called = usNumber(random)
  const form = random.fraction()
  const anonymous = form >= 0.97
  return {
    source: anonymous ? 'anonymous' : written(form, external),
    destination: written(random.fraction() * 0.96, called),
    external,
    diverted: random.chance(0.15) ? `+${usNumber(random)}` : null,
    anonymous,
    signed: !anonymous && random.chance(0.7),
  }
}

function usNumber(random: Random): string {
  return `1${random.pick(areas)}${random.digits(7)}`
}

function written(form: number, number: string): string {
  if (form < 0.55) return `+${number}`
  if (form < 0.92) return number
  if (form < 0.95) return `sip:${number}@sip.example.com`
  return number.slice(-4)
}
