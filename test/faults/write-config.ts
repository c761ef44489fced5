import { readFile, writeFile } from 'node:fs/promises'
import { parse, stringify } from 'yaml'
import { type RingtailConfig, type RingtailConfigOptions, writeRingtailConfig } from '../../sandbox/ringtail-config.ts'

/** What the fault tests set beside what every run in the sandbox does. */
export interface ConfigChanges {
  readonly sessionTimeout: string
  /** Rows in a page of the provider, so that a run has many transactions. */
  readonly pageRows: number
}

interface ConfigFile {
  readonly kafka: object
  readonly defaults: object
  readonly sources: readonly object[]
}

/** Writes a sandbox configuration that polls four times a second and is hardly limited in its requests. */
export async function writeConfig(
  options: RingtailConfigOptions,
  { sessionTimeout, pageRows }: ConfigChanges,
): Promise<RingtailConfig> {
  const config = await writeRingtailConfig({ logLevel: 'debug', ...options })
  const file = parse(await readFile(config.path, 'utf8')) as ConfigFile
  const rateLimit = { requests: 1_000, per: '1s', concurrency: 4 }
  const changed = {
    ...file,
    kafka: { ...file.kafka, sessionTimeout },
    defaults: { ...file.defaults, poll: '250ms', rateLimit },
    sources: file.sources.map((source) => ({ ...source, limit: pageRows })),
  }
  await writeFile(config.path, stringify(changed))
  return config
}
