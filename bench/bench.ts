import { spawn } from 'node:child_process'
import { mkdir, writeFile } from 'node:fs/promises'
import { cpus, totalmem } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { parseArgs } from 'node:util'
import { startWorld } from '../sandbox/world.ts'
import { textTable } from '../src/commands/table.ts'
import { withAdmin } from '../src/kafka/admin.ts'
import type { BareProducerOrder, BareProducerReport } from './bare-producer.ts'
import { kafkaSettings, silent } from './connection.ts'
import { startFreeProvider } from './provider.ts'
import { type RingtailReport, runRingtail } from './ringtail.ts'
import { timeByRoom } from './rooms.ts'

const usage = `npm run bench -- [flags]
  --records 300000    that the provider has
  --runs 1            of the pair: Ringtail, then the bare producer with the same bytes
  --compression zstd  or none; of both
  --profile           one more run, to see which room the time goes to
  --save              write the figures to bench/results/`

const partitions = 6
/** As many as a transaction of Ringtail's holds when the provider is faster than Kafka. */
const recordsPerTransaction = 2_000

const { values: flags } = parseArgs({
  options: {
    records: { type: 'string', default: '300000' },
    runs: { type: 'string', default: '1' },
    compression: { type: 'string', default: 'zstd' },
    profile: { type: 'boolean', default: false },
    save: { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  },
})
if (flags.help) {
  console.log(usage)
  process.exit(0)
}
const compression = flags.compression === 'none' ? 'none' : 'zstd'
const records = Number(flags.records)

/** A pair of runs over the same bytes. */
interface Pair {
  readonly ringtail: RingtailReport
  readonly bare: BareProducerReport
  /** Records a second of Ringtail, of those of the bare producer. */
  readonly ratio: number
}

console.error('starting Kafka, the registry and the provider')
const world = await startWorld()
const provider = await startFreeProvider(records)
try {
  const order = { brokers: world.brokers, registryUrl: world.registryUrl, provider, records, compression } as const
  // A broker that has just started is slow for its first seconds; nobody's figures should bear that.
  await pair({ ...order, profile: false }, 'warming up')
  const pairs: Pair[] = []
  for (let run = 1; run <= Number(flags.runs); run++) pairs.push(await pair({ ...order, profile: false }, `run ${run}`))
  const rooms = flags.profile ? await profile({ ...order, profile: true }) : undefined
  const report = {
    machine: { processors: cpus().length, model: cpus()[0]?.model, memoryBytes: totalmem(), node: process.version },
    records,
    compression,
    recordsPerTransaction,
    pairs,
    microsecondsPerRecordByRoom: rooms && Object.fromEntries(rooms),
  }
  console.log(tables(pairs, rooms))
  console.log(JSON.stringify(report))
  if (flags.save) await save(report)
} finally {
  await provider.stop()
  await world.stop()
}

async function pair(order: Parameters<typeof runRingtail>[0], name: string): Promise<Pair> {
  console.error(`${name}: Ringtail`)
  const ringtail = await runRingtail(order)
  console.error(`${name}: the same bytes with kafkajs alone`)
  const bare = await runBare({
    brokers: order.brokers,
    from: ringtail.topic,
    to: await bareTopic(order.brokers),
    partitions,
    recordsPerTransaction,
    compression: order.compression,
  })
  const ratio = ringtail.records / ringtail.seconds / (bare.records / bare.seconds)
  console.error(`${name}: ratio ${ratio.toFixed(3)}`)
  return { ringtail, bare, ratio }
}

async function bareTopic(brokers: readonly string[]): Promise<string> {
  const topic = `bare-${Date.now().toString(36)}`
  const create = { topics: [{ topic, numPartitions: partitions, replicationFactor: 1 }], waitForLeaders: true }
  await withAdmin(kafkaSettings(brokers), 'bench', silent, (admin) => admin.createTopics(create))
  return topic
}

async function runBare(order: BareProducerOrder): Promise<BareProducerReport> {
  const path = join(import.meta.dirname, 'bare-producer.ts')
  const child = spawn(process.execPath, [path, JSON.stringify(order)], { stdio: ['ignore', 'pipe', 'inherit'] })
  for await (const line of createInterface({ input: child.stdout })) return JSON.parse(line) as BareProducerReport
  throw new Error('the bare producer ended without a report')
}

async function profile(order: Parameters<typeof runRingtail>[0]): Promise<[string, number][]> {
  console.error('profiling')
  const { profilePath } = await runRingtail(order)
  if (profilePath === undefined) throw new Error('node wrote no profile')
  const seconds = await timeByRoom(profilePath)
  return [...seconds].map(([room, spent]) => [room, Number(((spent * 1e6) / order.records).toFixed(2))])
}

function tables(pairs: readonly Pair[], rooms: readonly [string, number][] | undefined): string {
  const perSecond = ({ records: done, seconds }: { records: number; seconds: number }) => (done / seconds).toFixed(0)
  const cpu = ({ records: done, cpuSeconds }: { records: number; cpuSeconds: number }) =>
    ((cpuSeconds / done) * 100_000).toFixed(2)
  const rows = pairs.flatMap(({ ringtail, bare, ratio }, at) => [
    [String(at + 1), 'kafkajs alone, transactions of 2,000', perSecond(bare), cpu(bare), '', '1'],
    [
      String(at + 1),
      'API → committed',
      perSecond(ringtail),
      cpu(ringtail),
      (ringtail.peakRssBytes / 2 ** 20).toFixed(0),
      ratio.toFixed(3),
    ],
  ])
  const figures = textTable({
    head: ['run', 'what', 'records/s', 'CPU s per 100,000', 'peak RSS MiB', 'ratio'],
    rows,
    figures: [2, 3, 4, 5],
  })
  if (rooms === undefined) return figures
  const where = textTable({
    head: ['room', 'µs a record'],
    rows: rooms.map(([room, us]) => [room, String(us)]),
    figures: [1],
  })
  return `${figures}\n\n${where}`
}

async function save(report: object): Promise<void> {
  const folder = join(import.meta.dirname, 'results')
  await mkdir(folder, { recursive: true })
  await writeFile(join(folder, `main-job-${compression}.json`), `${JSON.stringify(report, null, 2)}\n`)
}
