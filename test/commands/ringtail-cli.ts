import { spawn } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { onTestFinished } from 'vitest'
import { stringify } from 'yaml'

const mainPath = join(import.meta.dirname, '../../src/main.ts')

/** What a command printed, and how it ended. */
export interface Outcome {
  readonly code: number | null
  readonly out: string
  readonly err: string
}

/** Sections of a configuration that a test wants otherwise. */
export interface Sections {
  readonly app?: object
  readonly kafka?: object
  readonly schemaRegistry?: object
  readonly admin?: object
  readonly sources?: readonly object[]
}

/** The brokers and the registry to work against. */
export interface Addresses {
  readonly brokers: readonly string[]
  readonly registryUrl: string
}

/** A configuration on disk, and the command line that reads it. */
export interface Installation {
  readonly appId: string
  readonly topics: Readonly<Record<TopicKey, string>>
  /** Runs `node src/main.ts` as an operator does, with nothing in the environment. */
  readonly ringtail: (...words: string[]) => Promise<Outcome>
}

type TopicKey = 'cdr' | 'recordingReady' | 'transcriptReady' | 'mediaUnavailable' | 'deadLetter' | 'checkpoints'

/** Writes a configuration with names that no other test has; it is removed with the test. */
export async function install({ brokers, registryUrl }: Addresses, sections: Sections = {}): Promise<Installation> {
  const appId = `test-${randomUUID().slice(0, 8)}`
  const topics = {
    cdr: `${appId}.cdr`,
    recordingReady: `${appId}.recording-ready`,
    transcriptReady: `${appId}.transcript-ready`,
    mediaUnavailable: `${appId}.media-unavailable`,
    deadLetter: `${appId}.dead-letter`,
    checkpoints: `${appId}.checkpoints`,
  }
  const content = {
    app: { id: appId, checkpointPartitions: 4, ...sections.app },
    kafka: { brokers, topics, ...sections.kafka },
    schemaRegistry: { url: registryUrl, ...sections.schemaRegistry },
    admin: { port: 0, ...sections.admin },
    sources: sections.sources ?? [],
  }
  const folder = await mkdtemp(join(tmpdir(), 'ringtail-commands-'))
  onTestFinished(() => rm(folder, { recursive: true }))
  const path = join(folder, 'ringtail.yaml')
  await writeFile(path, stringify(content))
  return { appId, topics, ringtail: (...words) => runRingtail([...words, '--config', path], folder) }
}

/** A CarrierX source that records are expected of at once. */
export function carrierxSource(name: string, url: string, token: string): object {
  return { name, provider: 'carrierx', baseUrl: url, token, defaultRegion: 'US' }
}

/** Runs a command line in a folder until it ends. */
export async function runRingtail(words: readonly string[], cwd: string): Promise<Outcome> {
  const child = spawn(process.execPath, [mainPath, ...words], { cwd, env: { PATH: '' } })
  const printed = { out: '', err: '' }
  child.stdout.on('data', (piece) => {
    printed.out += String(piece)
  })
  child.stderr.on('data', (piece) => {
    printed.err += String(piece)
  })
  const ended = Promise.withResolvers<number | null>()
  child.on('error', ended.reject)
  child.on('close', ended.resolve)
  return { code: await ended.promise, ...printed }
}

/** The lines of an output that is JSON, a value a line. */
export function jsonLines(text: string): unknown[] {
  return text
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line))
}
