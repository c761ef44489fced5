import { z } from 'zod'
import type { Random } from './random.ts'

const ratio = z.number().min(0).max(1)
const rangeMs = z.tuple([z.number().min(0), z.number().min(0)]).readonly()

/** When records show after they happened, and when they change. Ranges are [least, most] milliseconds. */
const timingSchema = z.strictObject({
  /** From the event to the first showing, for records on time. */
  delayMs: rangeMs.default([0, 2_000]),
  lateRatio: ratio.default(0.02),
  lateMs: rangeMs.default([5_000, 600_000]),
  /** The share of the late ones that are hours late. */
  farLateRatio: ratio.default(0.05),
  farLateMs: rangeMs.default([2_400_000, 72_000_000]),
  correctionRatio: ratio.default(0.02),
  /** From one version to the next. */
  correctionMs: rangeMs.default([1_000, 1_800_000]),
  badRatio: ratio.default(0),
  /** Nothing shows before; default: no such start. */
  visibleFromMs: z.number().optional(),
  /** Everything shows by then, however late it is; default: no such end. */
  visibleByMs: z.number().optional(),
})

/** A batch of records with events from `fromMs` up to `toMs`, in order, spread evenly. */
export const historyPlanSchema = timingSchema.extend({
  count: z.int().min(0),
  fromMs: z.number(),
  toMs: z.number(),
  /** So many more records, all of the same millisecond in the middle of the range. */
  ties: z.int().min(0).default(0),
  /** So many more records of the year 2099, visible from `fromMs` on. */
  farFuture: z.int().min(0).default(0),
})

/** A stream of records that happen now. */
export const trafficPlanSchema = timingSchema.extend({
  perSecond: z.number().positive(),
  tickMs: z.number().min(1).default(50),
  delayMs: rangeMs.default([0, 0]),
  lateMs: rangeMs.default([2_000, 20_000]),
  farLateRatio: ratio.default(0),
  correctionMs: rangeMs.default([2_000, 20_000]),
})

/** When records show and change, with every default filled in. */
export type Timing = z.output<typeof timingSchema>
/** What a caller states of a history; the rest has defaults. */
export type HistoryPlan = z.input<typeof historyPlanSchema>
/** What a caller states of live traffic; the rest has defaults. */
export type TrafficPlan = z.input<typeof trafficPlanSchema>

/** When one record shows, and when each of its corrections does: ascending, no two at the same time. */
export interface RecordTimes {
  readonly visibleAtMs: number
  readonly correctedAtMs: readonly number[]
}

/** Draws the times of a record whose event is at `eventMs`. */
export function recordTimes(random: Random, eventMs: number, timing: Timing): RecordTimes {
  const { visibleFromMs = Number.NEGATIVE_INFINITY, visibleByMs = Number.POSITIVE_INFINITY } = timing
  const visibleAtMs = Math.min(Math.max(eventMs + delayMs(random, timing), visibleFromMs), visibleByMs)
  const correctedAtMs: number[] = []
  if (random.chance(timing.correctionRatio)) {
    let lastMs = visibleAtMs
    // One correction, seldom two or three.
    for (let count = random.pick([1, 1, 1, 1, 2, 3]); count > 0; count--) {
      lastMs = Math.min(lastMs + Math.max(1, drawMs(random, timing.correctionMs)), visibleByMs)
      if (lastMs > (correctedAtMs.at(-1) ?? visibleAtMs)) correctedAtMs.push(lastMs)
    }
  }
  return { visibleAtMs, correctedAtMs }
}

function delayMs(random: Random, timing: Timing): number {
  if (!random.chance(timing.lateRatio)) return drawMs(random, timing.delayMs)
  return drawMs(random, random.chance(timing.farLateRatio) ? timing.farLateMs : timing.lateMs)
}

function drawMs(random: Random, [leastMs, mostMs]: readonly [number, number]): number {
  return random.integer(leastMs, mostMs)
}
