import { z } from 'zod'
import type { Provider } from '../../src/model/provider.ts'
import { Secret } from '../../src/model/secret.ts'

const settings = z.strictObject({
  baseUrl: z.url().default('https://api.example.com').describe('The address'),
  apiKey: z
    .string()
    .min(1)
    .transform((value) => new Secret(value))
    .describe('The key'),
  pageSize: z.int().max(1000).default(100).describe('Records a page'),
  wideOpen: z.boolean().default(false).describe('A flag'),
})

/** A provider that reads nothing: only its settings and timing count. */
export const fake: Provider<z.output<typeof settings>> = {
  name: 'fake',
  settings,
  timing: {
    pollMs: 20_000,
    settleMs: 1_000,
    overlapMs: 300_000,
    recheck: [{ everyMs: 60_000, backMs: 300_000 }],
    rememberForMs: 604_800_000,
  },
  limits: [{ requests: 2, perMs: 1_000, concurrency: 2 }],
  open: () => {
    throw new Error('the configuration opens no source')
  },
}

/** The same under another name. */
export const other: Provider<unknown> = { ...fake, name: 'other', settings: z.strictObject({ cluster: z.string() }) }

/** A provider that takes one of two sets of keys. */
export const either: Provider<unknown> = {
  ...fake,
  name: 'either',
  settings: z.union([
    z.strictObject({ accessToken: z.string() }),
    z.strictObject({ auth: z.strictObject({ tokenUrl: z.string(), jwt: z.string() }) }),
  ]),
}
