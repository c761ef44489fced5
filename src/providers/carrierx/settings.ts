import { z } from 'zod'
import type { Secret } from '../../model/secret.ts'
import { baseUrl } from '../base-url.ts'
import { credential } from '../credential.ts'

/** The keys of a CarrierX source, read. */
export interface CarrierxSettings {
  readonly baseUrl: string
  /** The bearer token from the portal. */
  readonly token: Secret
  /** Records a page; CarrierX allows 1 to 1000. */
  readonly limit: number
  /** ISO 4217 code of `price` and `rate`: records do not name it. */
  readonly currency: string
}

/** What a CarrierX source is configured with. Unknown keys are faults. */
export const carrierxSettings: z.ZodType<CarrierxSettings> = z.strictObject({
  baseUrl: baseUrl('https://api.carrierx.com').describe('Address of the CarrierX API'),
  token: credential().describe('Bearer token with the scope calls.read'),
  limit: z.int().min(1).max(1000).default(1000).describe('Records a page'),
  currency: z
    .string()
    .regex(/^[A-Z]{3}$/, 'must be an ISO 4217 code such as USD')
    .default('USD')
    .describe('Currency of price and rate'),
})
