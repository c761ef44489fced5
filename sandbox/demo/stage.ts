import { registryDecoder } from '../consumer-view/registry-decoder.ts'
import { ConsumerView, type ConsumerViewOptions } from '../consumer-view.ts'
import { type CarrierxSimulator, startCarrierx } from '../providers/carrierx.ts'
import { type RingtailConfig, uniqueAppId, writeRingtailConfig } from '../ringtail-config.ts'
import { RingtailProcess } from '../ringtail-process.ts'
import { startWorld, type World } from '../world.ts'
import { demoRecheck, faults, history } from './calls.ts'
import type { DemoOptions } from './options.ts'
import type { Screen } from './screen.ts'
import { StoppableClock } from './stoppable-clock.ts'
import { removeTraces } from './traces.ts'

/** The name of the one source. */
export const sourceName = 'carrierx-main'

/** Everything that takes part in the demo, running. */
export interface Stage {
  readonly clock: StoppableClock
  readonly simulator: CarrierxSimulator
  readonly config: RingtailConfig
  readonly ringtail: RingtailProcess
  readonly view: ConsumerView
}

/** What the stage is set up with: who hears of events, and what undoes it all, which is filled even if this throws. */
export interface StageParts {
  readonly options: DemoOptions
  readonly screen: Screen
  readonly listeners: Pick<ConsumerViewOptions, 'onEvent' | 'onDeadLetter'>
  readonly cleanUp: AsyncDisposableStack
  /** Aborts when nobody wants to wait any more. */
  readonly signal: AbortSignal
}

/** Starts Kafka and the registry, a CarrierX, Ringtail, and a consumer of what it publishes. */
export async function setStage({ options, screen, listeners, cleanUp, signal }: StageParts): Promise<Stage> {
  const world = await startKafka(screen)
  cleanUp.defer(() => world.stop())
  signal.throwIfAborted()

  const clock = new StoppableClock()
  const nowMs = clock.now()
  const simulator = await startCarrierx({
    seed: options.seed,
    clock: clock.now,
    faults: faults(options),
    history: history(nowMs),
  })
  cleanUp.defer(() => simulator.close())

  const config = await writeRingtailConfig({
    appId: uniqueAppId('ringtail-demo'),
    brokers: world.brokers,
    registryUrl: world.registryUrl,
    recheck: demoRecheck,
    sources: [{ name: sourceName, sinceMs: nowMs - 15 * 60_000, url: simulator.url, token: simulator.token }],
  })
  if (world.kind === 'environment') {
    cleanUp.defer(() => removeTraces(world.brokers, world.registryUrl, config.topics))
  }
  const ringtail = await RingtailProcess.start(config)
  cleanUp.defer(async () => void (await ringtail.stop()))
  await screen.step('starting Ringtail', () => ringtail.ready())
  signal.throwIfAborted()

  const view = await ConsumerView.start({
    brokers: world.brokers,
    topics: config.topics,
    decode: registryDecoder(world.registryUrl),
    ...listeners,
  })
  cleanUp.defer(() => view.stop())
  return { clock, simulator, config, ringtail, view }
}

async function startKafka(screen: Screen): Promise<World> {
  const isNamed = process.env['KAFKA_BROKERS'] !== undefined
  const world = await screen.step(
    isNamed ? 'looking for Kafka' : 'starting Kafka and a schema registry (fetched on first use)',
    () => startWorld(),
  )
  screen.note(`Kafka at ${world.brokers.join(', ')} (${world.kind}), registry at ${world.registryUrl}`)
  return world
}
