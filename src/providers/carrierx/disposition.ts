import type { Disposition } from '../../model/cdr.ts'

/**
 * What a SIP cause says about the call's outcome: `carrierx.md`, field mapping of `sipcause`. 200 alone is no answer:
 * the call must have been talked on. A code that has no line there is FAILED, no code at all UNKNOWN.
 */
export function dispositionOf(sipCode: number | null, isAnswered: boolean): Disposition {
  switch (sipCode) {
    case null:
      return 'UNKNOWN'
    case 200:
      return isAnswered ? 'ANSWERED' : 'FAILED'
    case 486:
    case 600:
      return 'BUSY'
    case 480:
    case 408:
      return 'NO_ANSWER'
    case 487:
      return 'CANCELLED'
    case 403:
    case 603:
      return 'REJECTED'
    default:
      return 'FAILED'
  }
}
