import { type Timing, type TrafficPlan, trafficPlanSchema } from './schedule.ts'
import type { World } from './world.ts'

/** Records that happen now, at a steady pace, until stopped. */
export class Traffic {
  readonly #world: World
  readonly #clock: () => number
  #timer: NodeJS.Timeout | undefined

  constructor(world: World, clock: () => number) {
    this.#world = world
    this.#clock = clock
  }

  /** Starts, or goes on as `plan` says now. Throws a ZodError on a bad plan. */
  start(plan: TrafficPlan): void {
    const { perSecond, tickMs, ...timing } = trafficPlanSchema.parse(plan)
    this.stop()
    let lastMs = this.#clock()
    let owed = 0
    this.#timer = setInterval(() => {
      const nowMs = this.#clock()
      owed += ((nowMs - lastMs) / 1000) * perSecond
      const due = Math.floor(owed)
      owed -= due
      this.#produce(due, lastMs, nowMs, timing)
      lastMs = nowMs
    }, tickMs)
  }

  /** Ends it. What is scheduled already still shows in its time. */
  stop(): void {
    clearInterval(this.#timer)
    this.#timer = undefined
  }

  /** Events lie after `fromMs`, so that a record on time never sorts before one of an earlier tick. */
  #produce(count: number, fromMs: number, toMs: number, timing: Timing): void {
    const fromNow: Timing = { ...timing, visibleFromMs: toMs }
    for (let index = 1; index <= count; index++) {
      this.#world.produce(Math.max(fromMs + 1, Math.floor(fromMs + ((toMs - fromMs) * index) / count)), fromNow)
    }
  }
}
