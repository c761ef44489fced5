import { z } from 'zod'
import { Secret } from '../model/secret.ts'

/**
 * The setting of a credential that is sent in a header: printable ASCII without blanks. Blanks around it are dropped,
 * since files end with a line break. The parsed setting is a `Secret`, and no fault shows what was given.
 */
export function credential() {
  return z
    .string()
    .trim()
    .regex(/^[\x21-\x7e]+$/, 'must be a credential: printable characters without blanks')
    .transform((text) => new Secret(text))
}
