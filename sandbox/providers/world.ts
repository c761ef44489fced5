import type { Random } from './random.ts'
import { type HistoryPlan, historyPlanSchema, type Timing } from './schedule.ts'
import type { Truth } from './truth.ts'

/** What a simulated provider has in it: its truth, and a way to add to it. */
export interface World {
  readonly truth: Truth
  /** Adds a record (or, by `timing.badRatio`, a bad row) of `eventMs` that shows and changes as `timing` says. */
  produce(eventMs: number, timing: Timing): void
}

/** 2099-01-01T00:00:00Z: far enough to hide everything behind it, if it ever becomes a cursor. */
const farFutureMs = Date.UTC(2099, 0, 1)

/** Fills `world` with a past (or a future: what is not visible yet shows in its time). Throws a ZodError on a bad plan. */
export function generateHistory(world: World, random: Random, plan: HistoryPlan): void {
  const { count, fromMs, toMs, ties, farFuture, ...timing } = historyPlanSchema.parse(plan)
  const stepMs = (toMs - fromMs) / Math.max(1, count)
  for (let index = 0; index < count; index++) {
    world.produce(Math.floor(fromMs + (index + random.fraction()) * stepMs), timing)
  }
  const middleMs = Math.floor((fromMs + toMs) / 2)
  for (let index = 0; index < ties; index++) world.produce(middleMs, timing)
  const atOnce: Timing = { ...timing, lateRatio: 0, badRatio: 0, visibleByMs: fromMs }
  for (let index = 0; index < farFuture; index++) world.produce(farFutureMs + index, atOnce)
}
