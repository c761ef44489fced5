import { randomBytes } from 'node:crypto'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { stringify } from 'yaml'
import { freePorts } from './jvm/free-ports.ts'
import { temporaryFolder } from './jvm/guarded-process.ts'

/** A simulated CarrierX account that Ringtail is to read; a running simulator has the last two. */
export interface CarrierxSource {
  readonly name: string
  readonly sinceMs: number
  readonly url: string
  readonly token: string
}

/** What a configuration for a run in the sandbox says. */
export interface RingtailConfigOptions {
  /** Processes that share their sources share it; `uniqueAppId()` makes one. */
  readonly appId: string
  readonly brokers: readonly string[]
  readonly registryUrl: string
  readonly sources: readonly CarrierxSource[]
  /** How often and how far back everything is read again; default: every 2 s 2 minutes, every 10 s an hour. */
  readonly recheck?: readonly { readonly every: string; readonly back: string }[]
  readonly logLevel?: string
}

/** A configuration on disk, for one process. */
export interface RingtailConfig {
  /** A temporary folder of its own. */
  readonly folder: string
  readonly path: string
  readonly adminUrl: string
  /** The variables that the configuration refers to. */
  readonly environment: Readonly<Record<string, string>>
  readonly topics: SandboxTopics
}

/** The topics of a run: named after its app id, so that runs against one cluster stay apart. */
export type SandboxTopics = ReturnType<typeof sandboxTopics>

const defaultRecheck = [
  { every: '2s', back: '2m' },
  { every: '10s', back: '1h' },
]

/** An app id that no other run has. */
export function uniqueAppId(name: string): string {
  return `${name}-${randomBytes(4).toString('hex')}`
}

/** Writes a configuration with an admin port of its own into a new temporary folder. */
export async function writeRingtailConfig(options: RingtailConfigOptions): Promise<RingtailConfig> {
  const { appId, brokers, registryUrl, sources, recheck = defaultRecheck, logLevel = 'info' } = options
  const [[port], folder] = await Promise.all([freePorts(1), temporaryFolder('run')])
  const topics = sandboxTopics(appId)
  const path = join(folder, 'ringtail.yaml')
  const tokenName = (index: number): string => `CARRIERX_TOKEN_${index + 1}`
  const content = {
    app: { id: appId },
    kafka: { brokers, topics },
    schemaRegistry: { url: registryUrl },
    admin: { port },
    log: { level: logLevel },
    defaults: { poll: '1s', recheck, rateLimit: { requests: 100, per: '1s', concurrency: 4 } },
    sources: sources.map(({ name, sinceMs, url }, index) => ({
      name,
      provider: 'carrierx',
      since: new Date(sinceMs).toISOString(),
      // CarrierX writes some numbers without `+`.
      defaultRegion: 'US',
      baseUrl: url,
      token: `\${${tokenName(index)}}`,
    })),
  }
  await writeFile(path, stringify(content))
  return {
    folder,
    path,
    adminUrl: `http://127.0.0.1:${port}`,
    environment: Object.fromEntries(sources.map(({ token }, index) => [tokenName(index), token])),
    topics,
  }
}

function sandboxTopics(appId: string) {
  return {
    cdr: `${appId}.cdr`,
    recordingReady: `${appId}.recording-ready`,
    transcriptReady: `${appId}.transcript-ready`,
    mediaUnavailable: `${appId}.media-unavailable`,
    deadLetter: `${appId}.dead-letter`,
    checkpoints: `${appId}.checkpoints`,
  }
}
