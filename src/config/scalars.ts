import { z } from 'zod'
import { Secret } from '../model/secret.ts'
import { childOf } from './config-tree.ts'
import { durationMs, durationPattern, expectedDuration } from './duration.ts'

/** A duration such as `30s`; its output is milliseconds. */
export const duration = z
  .string({ error: (issue) => `expected ${expectedDuration(issue.input)}` })
  .regex(durationPattern, { error: (issue) => `expected ${expectedDuration(issue.input)}`, abort: true })
  .transform((value, context) => {
    const length = durationMs(value)
    if (length !== undefined) return length
    context.addIssue({ code: 'custom', message: 'expected a shorter duration' })
    return z.NEVER
  })

/** A duration longer than 0s. */
export const positiveDuration = duration.refine((value) => value > 0, { error: 'expected a duration longer than 0s' })

/** A text that is not empty. */
export const text = z.string().min(1)

/** A credential: its value is never printed. */
export const secret = text.transform((value) => new Secret(value)).meta({ writeOnly: true })

/** A whole number of at least 1. */
export const count = z.int().min(1)

/** An http or https address without credentials in it, since addresses are logged. */
export const webAddress = z
  .string({ error: 'expected an address such as https://example.com' })
  .refine((value) => isWebAddress(value), {
    error: 'expected an address such as https://example.com, without credentials in it',
  })

/** A name that Kafka takes for a topic, a group or a transactional id. */
export const kafkaName = z
  .string()
  .max(249)
  .regex(/^(?!\.{1,2}$)[a-zA-Z0-9._-]+$/, { error: 'expected a name of letters, digits, ".", "_" and "-"' })

/** `schema` where two of its keys are given both or not at all, whatever else is wrong with it. */
export function withBothOrNeither<T extends z.ZodType>(schema: T, first: string, second: string): T {
  return schema.refine((value) => (childOf(value, first) === undefined) === (childOf(value, second) === undefined), {
    error: `\`${first}\` and \`${second}\` are needed together`,
    when: () => true,
  })
}

/** Whether an address is one of this machine's own. */
export function isLoopback(address: string): boolean {
  return /^(localhost|127(\.\d+){3}|\[::1\])$/.test(URL.parse(address)?.hostname ?? '')
}

function isWebAddress(value: string): boolean {
  if (!/^https?:\/\//i.test(value) || !URL.canParse(value)) return false
  const { username, password } = new URL(value)
  return username === '' && password === ''
}
