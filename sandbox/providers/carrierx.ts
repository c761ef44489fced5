import { carrierxApi } from './carrierx/api.ts'
import { CallWorld } from './carrierx/call-world.ts'
import { parseCommand, usage } from './carrierx/command.ts'
import { type PreparedPlan, PreparedRows } from './carrierx/prepared-rows.ts'
import { type CarrierxSpoil, carrierxSpoils } from './carrierx/spoil.ts'
import { type Controls, control } from './control.ts'
import type { FaultSizes } from './deliver.ts'
import { type FaultOptions, Faults, type HttpFault, httpFaults } from './faults.ts'
import { Random } from './random.ts'
import { RequestLog, type SimulatorStats } from './request-log.ts'
import type { HistoryPlan, TrafficPlan } from './schedule.ts'
import { type Listening, listen, type Quota, startSimulator } from './simulator.ts'
import { Traffic } from './traffic.ts'
import { generateHistory } from './world.ts'

/** How a simulated CarrierX is to be. */
export interface CarrierxOptions {
  /** Of records, times and faults; default 1. */
  readonly seed?: number | string
  readonly port?: number
  readonly token?: string
  /** Milliseconds since the epoch; default: the real time. */
  readonly clock?: () => number
  /** Default: none but those of `faults.next`. `seed` is that of the simulator unless given. */
  readonly faults?: Partial<FaultOptions>
  readonly sizes?: Partial<FaultSizes>
  /** How old a row that drifts into a range may be; default 4 minutes. */
  readonly driftBackMs?: number
  readonly quota?: Quota
  readonly history?: HistoryPlan
  readonly traffic?: TrafficPlan
  /** Rows serialised beforehand instead of a world that changes: history, traffic and faults have no effect then. */
  readonly prepared?: PreparedPlan
}

/** A running CarrierX. */
export interface CarrierxSimulator extends Controls {
  /** The origin, for `baseUrl`. */
  readonly url: string
  readonly token: string
  readonly world: CallWorld
  readonly faults: Faults<HttpFault | CarrierxSpoil>
  stats(): SimulatorStats
  close(): Promise<void>
}

/** Starts a CarrierX on loopback, with its history in place. */
export async function startCarrierx(options: CarrierxOptions = {}): Promise<CarrierxSimulator> {
  const { seed = 1, token = 'carrierx-token', clock = Date.now, port = 0 } = options
  const world = new CallWorld(seed)
  const prepared = options.prepared && new PreparedRows(seed, options.prepared)
  const rows = prepared ?? world.rows
  const rate = prepared === undefined ? (options.faults?.rate ?? 0) : 0
  const faults = new Faults<HttpFault | CarrierxSpoil>(
    { ...httpFaults, ...carrierxSpoils },
    { seed, ...options.faults, rate },
  )
  const log = new RequestLog()
  const traffic = new Traffic(world, clock)
  const planning = new Random(`plan ${seed}`)
  const controls: Controls = {
    truth: prepared ?? world.truth,
    stats: () => log.stats(faults.injected),
    generateHistory: (plan) => generateHistory(world, planning, plan),
    startTraffic: (plan) => traffic.start(plan),
    stopTraffic: () => traffic.stop(),
    injectFault(kind, question) {
      if (!faults.has(kind)) throw new RangeError(`there is no fault ${kind}`)
      faults.next(kind, question)
    },
    setFaultRate: (rate) => faults.setRate(rate),
  }
  if (options.history) controls.generateHistory(options.history)
  if (options.traffic) controls.startTraffic(options.traffic)

  const stray = await listenForStrays(log)
  const api = carrierxApi({
    rows,
    token,
    seed,
    strayUrl: stray.url,
    olderVersion: (position, nowMs) => (prepared ? undefined : world.rows.olderVersion(position, nowMs)),
    insert: (stopMs, nowMs) => world.put(world.newRecord(stopMs, nowMs), nowMs),
    driftBackMs: options.driftBackMs ?? 240_000,
  })
  const sizes = { retryAfterSeconds: 1, slowMs: 400, skewMs: 90_000, ...options.sizes }
  const server = await startSimulator(
    {
      api,
      faults,
      log,
      clock,
      seed,
      sizes,
      quota: options.quota,
      control: (...request) => control(controls, ...request),
    },
    port,
  )
  return {
    ...controls,
    stats: () => log.stats(faults.injected),
    url: server.url,
    token,
    world,
    faults,
    async close() {
      traffic.stop()
      await Promise.all([server.close(), stray.close()])
    },
  }
}

/** Another server, which no client has a reason to talk to: whoever does followed a link to another host. */
function listenForStrays(log: RequestLog): Promise<Listening> {
  return listen(async (_request, response) => {
    log.strayRequests++
    response.end('{}')
  }, 0)
}

if (import.meta.main) {
  if (process.argv.includes('--help')) console.log(usage)
  else {
    const { url, token } = await startCarrierx(parseCommand(process.argv.slice(2), Date.now()))
    console.log(JSON.stringify({ url, token }))
  }
}
