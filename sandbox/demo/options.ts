import { parseArgs } from 'node:util'
import { durationMs } from '../../src/config/duration.ts'

/** What `npm run demo` is asked to do. */
export interface DemoOptions {
  /** How long calls are made; undefined: until Ctrl-C. */
  readonly forMs: number | undefined
  /** Calls a second. */
  readonly rate: number
  readonly seed: string
  readonly faults: boolean
  readonly kill: boolean
  readonly quiet: boolean
}

/** The flags of `npm run demo`. */
export const usage = `npm run demo -- [flags]: Ringtail at work between a simulated CarrierX and a real Kafka
  --for 60s       how long calls are made, at least 10s; default: until Ctrl-C
  --rate 50       calls a second
  --seed TEXT     of calls and faults; default: another one each time
  --no-faults     the provider answers as it should
  --no-kill       Ringtail is not killed half-way
  --quiet         no line for each event
  --help
Ends with the comparison of what a consumer saw with what the provider showed; exit 1 if they differ.
Ctrl-C ends it early and compares, a second one ends it at once. KAFKA_BROKERS and SCHEMA_REGISTRY_URL name a Kafka to
use instead of one of its own; NO_COLOR turns colours off.`

const leastForMs = 10_000
const mostRate = 2_000

/** Reads the flags; undefined where help is wanted. Throws a TypeError or RangeError that says what is wrong. */
export function parseDemoOptions(args: readonly string[]): DemoOptions | undefined {
  const { values } = parseArgs({
    args: [...args],
    options: {
      for: { type: 'string' },
      rate: { type: 'string' },
      seed: { type: 'string' },
      'no-faults': { type: 'boolean' },
      'no-kill': { type: 'boolean' },
      quiet: { type: 'boolean' },
      help: { type: 'boolean', short: 'h' },
    },
  })
  if (values.help === true) return undefined
  return {
    forMs: values.for === undefined ? undefined : forMs(values.for),
    rate: rate(values.rate ?? '50'),
    seed: values.seed ?? String(Math.floor(Math.random() * 1_000_000)),
    faults: values['no-faults'] !== true,
    kill: values['no-kill'] !== true,
    quiet: values.quiet === true,
  }
}

function forMs(text: string): number {
  const ms = durationMs(text)
  if (ms === undefined || ms < leastForMs) throw new RangeError('--for must be a duration of at least 10s, such as 60s')
  return ms
}

function rate(text: string): number {
  const perSecond = Number(text)
  if (!(perSecond > 0 && perSecond <= mostRate)) throw new RangeError(`--rate must be above 0 and at most ${mostRate}`)
  return perSecond
}
