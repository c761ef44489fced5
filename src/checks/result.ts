import { causeOf, RingtailError } from '../model/errors.ts'

/** What one check found. */
export interface CheckResult {
  /** What was asked, such as `kafka` or `source carrierx-main`. */
  readonly check: string
  readonly ok: boolean
  readonly detail: string
  /** Of a failure: its code and what to do. */
  readonly code?: string
  readonly advice?: string
}

/** Takes a result as soon as it is there. */
export type Report = (result: CheckResult) => void

/** The failed check of an error. */
export function failure(check: string, error: unknown): CheckResult {
  const known = causeOf(error, RingtailError)
  if (known !== undefined) return { check, ok: false, detail: known.message, code: known.code, advice: known.advice }
  const detail = error instanceof Error ? error.message : String(error)
  return { check, ok: false, detail, advice: 'Ringtail has no advice for this failure; please report it if it stays.' }
}
