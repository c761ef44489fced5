import type { FaultOptions } from '../providers/faults.ts'
import type { HistoryPlan, TrafficPlan } from '../providers/schedule.ts'
import type { DemoOptions } from './options.ts'

const historyMs = 6 * 60_000
const settledMs = 60_000

/** How far back everything is read again. Whatever shows late in a demo of some minutes is found within it. */
export const demoRecheck = [
  { every: '2s', back: '2m' },
  { every: '10s', back: '15m' },
]

/** The calls of the last minutes: some show only now, some are still to be corrected. */
export function history(nowMs: number): HistoryPlan {
  return {
    count: 300,
    fromMs: nowMs - historyMs,
    toMs: nowMs - 1_000,
    lateRatio: 0.05,
    lateMs: [10_000, historyMs],
    farLateRatio: 0,
    correctionRatio: 0.08,
    correctionMs: [5_000, historyMs],
    badRatio: 0.01,
    ties: 3,
    visibleByMs: nowMs + settledMs,
  }
}

/** Calls that happen now, a few of them late, corrected or unreadable. All of it shows by `visibleByMs`. */
export function traffic(perSecond: number, visibleByMs: number | undefined): TrafficPlan {
  return {
    perSecond,
    lateRatio: 0.03,
    correctionRatio: 0.04,
    badRatio: 0.005,
    ...(visibleByMs !== undefined && { visibleByMs }),
  }
}

/** One request in five goes wrong. */
export function faults({ faults, seed }: DemoOptions): FaultOptions {
  return { seed, rate: faults ? 0.2 : 0 }
}
