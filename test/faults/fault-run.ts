import { inject } from 'vitest'
import type { CdrEvent } from '../../sandbox/consumer-view/cdr-event.ts'
import { registryDecoder } from '../../sandbox/consumer-view/registry-decoder.ts'
import { ConsumerView } from '../../sandbox/consumer-view.ts'
import { StoppableClock } from '../../sandbox/demo/stoppable-clock.ts'
import { poll } from '../../sandbox/jvm/poll.ts'
import { type CarrierxOptions, type CarrierxSimulator, startCarrierx } from '../../sandbox/providers/carrierx.ts'
import type { TrafficPlan } from '../../sandbox/providers/schedule.ts'
import { type RingtailConfig, uniqueAppId } from '../../sandbox/ringtail-config.ts'
import { RingtailProcess } from '../../sandbox/ringtail-process.ts'
import { seed } from './seed.ts'
import { writeConfig } from './write-config.ts'

/** A simulated CarrierX account, and the source that reads it. */
export interface Account {
  readonly source: string
  readonly simulator: CarrierxSimulator
  /** Where Ringtail asks for it. */
  readonly url: string
}

/** What a run is made from. Brokers and registry are those that all integration tests share unless given. */
export interface FaultRunOptions {
  readonly name: string
  readonly sources?: readonly string[]
  readonly simulator?: Pick<CarrierxOptions, 'faults' | 'history'>
  readonly brokers?: readonly string[]
  /** What Ringtail is told, where that is not the brokers themselves. */
  readonly ringtailBrokers?: readonly string[]
  readonly registryUrl?: string
  readonly sessionTimeout?: string
  readonly pageRows?: number
  /** Where Ringtail is to find what listens at this address. */
  readonly front?: (url: string) => Promise<string>
}

/** Everything is read again within these times: whatever shows late in a test of some minutes is found. */
export const rechecks = [
  { every: '2s', back: '2m' },
  { every: '5s', back: '15m' },
]

/** Calls with late rows, corrections and rows that can't be read. */
export const oddCalls = {
  lateRatio: 0.03,
  correctionRatio: 0.04,
  badRatio: 0.005,
} as const

const publishedWithinMs = 60_000

/** Simulated accounts, real `ringtail run` processes that share them, and a consumer of what they publish. */
export class FaultRun implements AsyncDisposable {
  readonly appId: string
  readonly accounts: readonly Account[]
  readonly clock: StoppableClock
  readonly ringtails: RingtailProcess[] = []
  /** Of each source, when its events were made, in their order of arrival. */
  readonly #ingestedAtMs = new Map<string, number[]>()
  readonly #options: FaultRunOptions
  readonly #cleanUp: AsyncDisposableStack
  #view: ConsumerView | undefined

  private constructor(
    options: FaultRunOptions,
    clock: StoppableClock,
    accounts: readonly Account[],
    cleanUp: AsyncDisposableStack,
  ) {
    this.appId = uniqueAppId(options.name)
    this.accounts = accounts
    this.clock = clock
    this.#options = options
    this.#cleanUp = cleanUp
  }

  /** Starts the simulators; `startRingtail` and `watch` start the rest. */
  static async open(options: FaultRunOptions): Promise<FaultRun> {
    await using cleanUp = new AsyncDisposableStack()
    const clock = new StoppableClock()
    const accounts: Account[] = []
    for (const source of options.sources ?? ['carrierx-main']) {
      const own = `${seed} ${source}`
      const simulator = await startCarrierx({
        ...options.simulator,
        seed: own,
        clock: clock.now,
        token: `canary-${uniqueAppId(source)}`,
      })
      cleanUp.defer(() => simulator.close())
      const url = (await options.front?.(simulator.url)) ?? simulator.url
      accounts.push({ source, simulator, url })
    }
    return new FaultRun(options, clock, accounts, cleanUp.move())
  }

  get brokers(): readonly string[] {
    return this.#options.brokers ?? inject('kafkaBrokers')
  }

  /** What the consumer has got; throws before `watch`. */
  get view(): ConsumerView {
    if (this.#view === undefined) throw new Error('nobody watches yet')
    return this.#view
  }

  /** Writes a configuration for one more process of this run. */
  writeConfig(): Promise<RingtailConfig> {
    const { ringtailBrokers, registryUrl, sessionTimeout = '2s', pageRows = 500 } = this.#options
    return writeConfig(
      {
        appId: this.appId,
        brokers: ringtailBrokers ?? this.brokers,
        registryUrl: registryUrl ?? inject('registryUrl'),
        recheck: rechecks,
        sources: this.accounts.map(({ source, simulator, url }) => ({
          name: source,
          sinceMs: Date.now() - 15 * 60_000,
          url,
          token: simulator.token,
        })),
      },
      { sessionTimeout, pageRows },
    )
  }

  /** Starts one more Ringtail and does not wait until it is ready. */
  async startRingtail(): Promise<RingtailProcess> {
    const ringtail = await RingtailProcess.start(await this.writeConfig())
    this.ringtails.push(ringtail)
    this.#cleanUp.defer(async () => void (await ringtail.stop()))
    return ringtail
  }

  /** Begins to consume, as soon as the topics are there. */
  async watch(): Promise<ConsumerView> {
    const config = this.ringtails[0]?.config ?? (await this.writeConfig())
    const view = await ConsumerView.start({
      brokers: this.brokers,
      topics: config.topics,
      decode: registryDecoder(inject('registryUrl')),
      onEvent: (event) => this.#note(event),
    })
    this.#cleanUp.defer(() => view.stop())
    this.#view = view
    return view
  }

  /** Has every account make calls from now on. */
  startTraffic(plan: TrafficPlan): void {
    for (const { simulator } of this.accounts) simulator.startTraffic({ ...oddCalls, ...plan })
  }

  /** Resolves once so many more events have arrived. */
  published(more: number): Promise<void> {
    return this.publishedInAll(this.view.counts.events + more)
  }

  /** Resolves once so many events have arrived since the beginning. */
  async publishedInAll(count: number): Promise<void> {
    try {
      await poll(`${count} events`, () => this.view.counts.events >= count || undefined, {
        withinMs: publishedWithinMs,
        everyMs: 2,
      })
    } catch (cause) {
      const tails = await this.logTails()
      throw new Error(`${cause instanceof Error ? cause.message : ''}, but ${this.view.counts.events}\n${tails}`, {
        cause,
      })
    }
  }

  /** Waits until an event of each of these sources was made after `sinceMs`; with how long after, for the slowest. */
  async resumed(sources: readonly string[], sinceMs: number, withinMs: number): Promise<number> {
    const firstAfter = (source: string): number | undefined =>
      this.#ingestedAtMs.get(source)?.find((atMs) => atMs > sinceMs)
    const times = await poll(
      `events of ${sources.join(', ')}`,
      () => {
        const found = sources.map(firstAfter).filter((atMs) => atMs !== undefined)
        return found.length === sources.length ? found : undefined
      },
      { withinMs, everyMs: 20 },
    )
    return Math.max(...times) - sinceMs
  }

  /** How the logs of all processes end. */
  async logTails(): Promise<string> {
    const tails = await Promise.all(this.ringtails.map((ringtail) => ringtail.logTail(20)))
    return tails.map((tail, index) => `--- the log of process ${index + 1} ends with\n${tail}`).join('\n')
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#cleanUp.disposeAsync()
  }

  #note({ source, ingestedAt }: CdrEvent): void {
    const times = this.#ingestedAtMs.get(source)
    if (times === undefined) this.#ingestedAtMs.set(source, [ingestedAt])
    else times.push(ingestedAt)
  }
}
