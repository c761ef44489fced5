import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { stringify } from 'yaml'
import { freePorts } from '../sandbox/jvm/free-ports.ts'
import type { FreeProvider } from './provider.ts'

/** What Ringtail is to do. */
export interface RingtailOrder {
  readonly brokers: readonly string[]
  readonly registryUrl: string
  readonly provider: FreeProvider
  readonly records: number
  readonly compression: 'none' | 'zstd'
  /** Whether a processor profile is written; it costs some speed. */
  readonly profile: boolean
}

/** What was measured of one run: from its first request to the last commit. */
export interface RingtailReport {
  readonly records: number
  readonly seconds: number
  readonly cpuSeconds: number
  readonly peakRssBytes: number
  /** Where the events are. */
  readonly topic: string
  readonly profilePath: string | undefined
}

const checkEveryMs = 50

/** Runs `ringtail run` until everything the provider has is committed. */
export async function runRingtail(order: RingtailOrder): Promise<RingtailReport> {
  const folder = await mkdtemp(join(tmpdir(), 'ringtail-bench-'))
  const [port] = await freePorts(1)
  const appId = `bench-${process.pid}-${Date.now().toString(36)}`
  const topic = `${appId}.cdr`
  await writeFile(join(folder, 'ringtail.yaml'), stringify(configuration(order, appId, topic, port ?? 0)))
  const main = join(import.meta.dirname, '../src/main.ts')
  const profiling = order.profile ? ['--cpu-prof', '--cpu-prof-dir', folder] : []
  const child = spawn(process.execPath, [...profiling, main, 'run', '--config', join(folder, 'ringtail.yaml')], {
    stdio: ['ignore', 'ignore', 'inherit'],
    env: { ...process.env, CARRIERX_TOKEN: order.provider.token },
  })
  const measured = await measure(child, `http://127.0.0.1:${port}/metrics`, order.records)
  child.kill('SIGTERM')
  await once(child, 'exit')
  const profile = order.profile ? (await readdir(folder)).find((name) => name.endsWith('.cpuprofile')) : undefined
  if (profile === undefined) await rm(folder, { recursive: true })
  return { ...measured, topic, profilePath: profile && join(folder, profile) }
}

async function measure(
  child: ChildProcess,
  url: string,
  records: number,
): Promise<Pick<RingtailReport, 'records' | 'seconds' | 'cpuSeconds' | 'peakRssBytes'>> {
  let first: Figures | undefined
  for (;;) {
    if (child.exitCode !== null) throw new Error(`ringtail ended with ${child.exitCode}`)
    const figures = await readFigures(url)
    if (figures !== undefined && first === undefined && figures.read > 0) first = figures
    if (figures !== undefined && first !== undefined && figures.published >= records) {
      // What was read before the first look is left out of the time, so its records are as well.
      return {
        records: figures.published - first.published,
        seconds: (figures.atMs - first.atMs) / 1000,
        cpuSeconds: figures.cpuSeconds - first.cpuSeconds,
        peakRssBytes: await peakRss(child.pid ?? 0),
      }
    }
    await sleep(checkEveryMs)
  }
}

interface Figures {
  readonly atMs: number
  readonly read: number
  readonly published: number
  readonly cpuSeconds: number
}

async function readFigures(url: string): Promise<Figures | undefined> {
  try {
    const text = await (await fetch(url)).text()
    const sum = (name: string): number =>
      [...text.matchAll(new RegExp(`^${name}(?:\\{[^}]*\\})? (\\S+)$`, 'gm'))].reduce(
        (all, [, value]) => all + Number(value),
        0,
      )
    return {
      atMs: performance.now(),
      read: sum('ringtail_records_read_total'),
      published: sum('ringtail_changes_published_total'),
      cpuSeconds: sum('process_cpu_seconds_total'),
    }
  } catch {
    return undefined // Not listening yet.
  }
}

/** The most memory that the process ever held; from the kernel where it says so. */
async function peakRss(pid: number): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8').catch(() => '')
  return Number(/^VmHWM:\s+(\d+) kB$/m.exec(status)?.[1] ?? 'NaN') * 1024
}

function configuration(order: RingtailOrder, appId: string, topic: string, port: number): object {
  const names = ['recordingReady', 'transcriptReady', 'mediaUnavailable'].map((kind) => [kind, `${appId}.${kind}`])
  return {
    app: { id: appId },
    kafka: {
      brokers: order.brokers,
      topics: { cdr: topic, ...Object.fromEntries(names) },
      compression: order.compression,
    },
    schemaRegistry: { url: order.registryUrl },
    admin: { port },
    sources: [
      {
        name: 'bench',
        provider: 'carrierx',
        since: new Date(Date.now() - 48 * 3_600_000).toISOString(),
        poll: '1s',
        recheck: [],
        rateLimit: { requests: 10_000, per: '1s', concurrency: 4 },
        defaultRegion: 'US',
        baseUrl: order.provider.url,
        // biome-ignore lint/suspicious/noTemplateCurlyInString: the configuration's own substitution
        token: '${CARRIERX_TOKEN}',
      },
    ],
  }
}
