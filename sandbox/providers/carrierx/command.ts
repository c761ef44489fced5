import { parseArgs } from 'node:util'
import type { CarrierxOptions } from '../carrierx.ts'

/** The flags of `node sandbox/providers/carrierx.ts`. */
export const usage = `node sandbox/providers/carrierx.ts [flags]: a simulated CarrierX, until it is killed
  --port 0                a free port
  --token TEXT            default: carrierx-token
  --seed 1                of records and faults
  --records 0             in the history
  --hours 24              that the history reaches back from now
  --from, --to ISO        instead of --hours
  --late, --corrections, --bad RATIO    of the history, and of --per-second
  --ties 0, --far-future 0              more records: of one millisecond, of the year 2099
  --all-visible           no version of the history shows later than now
  --per-second N          starts traffic at once
  --fault-rate 0          the share of requests that get a fault
  --faults a,b            only these kinds;  --no-faults a,b: not these
  --quota N               requests a second, more are answered 429
  --prepared              all records serialised beforehand, no changes, no faults: for the benchmark`

/** Reads the flags; throws a TypeError or RangeError that says what is wrong. */
export function parseCommand(args: readonly string[], nowMs: number): CarrierxOptions {
  const { values } = parseArgs({ args: [...args], options: flags, strict: true })
  const number = (name: keyof typeof values, fallback: number): number => {
    const value = Number(values[name] ?? fallback)
    if (Number.isNaN(value)) throw new RangeError(`--${name} must be a number`)
    return value
  }
  const toMs = values.to === undefined ? nowMs : date('to', values.to)
  const fromMs = values.from === undefined ? toMs - number('hours', 24) * 3_600_000 : date('from', values.from)
  const ratios = {
    ...(values.late !== undefined && { lateRatio: number('late', 0) }),
    ...(values.corrections !== undefined && { correctionRatio: number('corrections', 0) }),
    ...(values.bad !== undefined && { badRatio: number('bad', 0) }),
  }
  const count = number('records', 0)
  const extra = { ties: number('ties', 0), farFuture: number('far-future', 0) }
  const visible = values['all-visible'] === true ? { visibleByMs: nowMs } : {}
  return {
    port: number('port', 0),
    seed: number('seed', 1),
    ...(values.token !== undefined && { token: values.token }),
    ...(values.prepared === true
      ? { prepared: { count, fromMs, toMs } }
      : { history: { count, fromMs, toMs, ...extra, ...ratios, ...visible } }),
    ...(values['per-second'] !== undefined && { traffic: { perSecond: number('per-second', 0), ...ratios } }),
    faults: {
      rate: number('fault-rate', 0),
      ...(values.faults !== undefined && { only: values.faults.split(',') }),
      ...(values['no-faults'] !== undefined && { except: values['no-faults'].split(',') }),
    },
    ...(values.quota !== undefined && { quota: { requests: number('quota', 0), perMs: 1000 } }),
  }
}

const text = { type: 'string' } as const
const flag = { type: 'boolean' } as const
const flags = {
  port: text,
  token: text,
  seed: text,
  records: text,
  hours: text,
  from: text,
  to: text,
  late: text,
  corrections: text,
  bad: text,
  ties: text,
  'far-future': text,
  'all-visible': flag,
  'per-second': text,
  'fault-rate': text,
  faults: text,
  'no-faults': text,
  quota: text,
  prepared: flag,
} as const

function date(name: string, value: string): number {
  const ms = Date.parse(value)
  if (Number.isNaN(ms)) throw new RangeError(`--${name} must be a date`)
  return ms
}
