import { isSupportedCountry } from 'libphonenumber-js/min'
import { z } from 'zod'
import type { Provider } from '../model/provider.ts'
import type { MediaSettings } from '../model/settings.ts'
import { durationText } from './duration.ts'
import { count, duration, positiveDuration, text } from './scalars.ts'

const rateLimit = z
  .strictObject({
    requests: count.describe('Requests in any window of `per`'),
    per: positiveDuration.describe('The length of the window'),
    concurrency: count.optional().describe('Requests at a time; default: as many as `requests`'),
  })
  .transform(({ requests, per, concurrency = requests }) => ({ requests, perMs: per, concurrency }))

const recheck = z
  .strictObject({
    every: positiveDuration.describe('How often'),
    back: positiveDuration.describe('How far back from now'),
  })
  .transform(({ every, back }) => ({ everyMs: every, backMs: back }))

/** How long recordings and transcripts are waited for where the file says nothing. */
export const mediaDefaults: MediaSettings = {
  recordings: true,
  transcripts: true,
  firstProbeMs: 30_000,
  maxProbeMs: 3_600_000,
  deadlineMs: 86_400_000,
}

const media = z.strictObject({
  recordings: z
    .boolean()
    .optional()
    .meta({ description: 'Whether recordings are announced', standard: mediaDefaults.recordings }),
  transcripts: z
    .boolean()
    .optional()
    .meta({ description: 'Whether transcripts are announced', standard: mediaDefaults.transcripts }),
  firstProbe: positiveDuration.optional().meta({
    description: 'When a recording or transcript is first asked for',
    standard: durationText(mediaDefaults.firstProbeMs),
  }),
  maxProbe: positiveDuration.optional().meta({
    description: 'The longest time between two such questions',
    standard: durationText(mediaDefaults.maxProbeMs),
  }),
  deadline: positiveDuration
    .optional()
    .meta({ description: 'When it counts as unavailable', standard: durationText(mediaDefaults.deadlineMs) }),
})

/** The keys that say when a source is read: in `defaults` for all sources, in a source for that one. */
export const timingKeys = {
  poll: positiveDuration.optional().describe('How often the source is asked for what is new'),
  settle: duration.optional().describe('A live window ends this long before now'),
  overlap: duration.optional().describe('A live window starts this long before the end of the last one'),
  recheck: z.array(recheck).optional().describe('Horizons that are read again for late and corrected records'),
  rememberFor: positiveDuration
    .optional()
    .describe('How long a published record is remembered; no recheck may reach back further'),
  rateLimit: z
    .union([rateLimit.transform((one) => [one]), z.array(rateLimit).min(1)], {
      error: 'expected a mapping with requests and per, or a list of them',
    })
    .optional()
    .describe('How often the provider may be asked; a list where several limits hold at once'),
  media: media.optional().describe('Recordings and transcripts'),
} as const

/** The section `defaults`. */
export const defaultsSection = z.strictObject(timingKeys)

/** The keys that a source of any provider has; the provider's own keys stand beside them. */
export function sourceKeys(providers: readonly Provider<unknown>[]) {
  return {
    name: z
      .string()
      .max(100)
      .regex(/^[a-z0-9-]+$/, { error: 'expected a name of small letters, digits and "-"' })
      .describe('Names the source and its state, so renaming it starts anew'),
    provider: z.enum(providers.map(({ name }) => name)).describe('The kind of API'),
    account: z
      .string()
      .max(200)
      .regex(/^[^|\p{Cc}]+$/u, { error: 'expected a name without "|"' })
      .optional()
      .describe('The account that events name; default: the source’s name'),
    since: z.iso
      .datetime({ offset: true, error: 'expected a date and time such as 2026-11-01T00:00:00Z' })
      .transform((value) => Date.parse(value))
      .optional()
      .describe('Where the first start begins; default: one recheck horizon ago'),
    keep: z
      .array(text)
      .prefault([])
      .describe('Provider fields that the mapping drops by default and this source wants in `extra`'),
    defaultRegion: z
      .string()
      .refine((value) => value === 'none' || isSupportedCountry(value), {
        error: 'expected a region in two capital letters such as US',
      })
      .transform((value) => (value === 'none' ? undefined : value))
      .optional()
      .describe('The region that national numbers are read for; without it only numbers with `+` become E.164'),
    ...timingKeys,
  } as const
}

/** The timing keys as they were read. */
export type TimingSection = z.output<typeof defaultsSection>
