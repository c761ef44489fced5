import { setTimeout as sleep } from 'node:timers/promises'
import type { ConsumerView } from '../consumer-view.ts'
import type { CarrierxSimulator } from '../providers/carrierx.ts'
import type { RingtailFigures } from './ringtail-figures.ts'
import type { Screen } from './screen.ts'

const everyMs = 500
/** Rates are those of the last few seconds. */
const samples = 10

interface Sample {
  readonly atMs: number
  readonly read: number
  readonly published: number
}

/** What progress is told about. */
export interface ProgressParts {
  readonly screen: Screen
  readonly view: ConsumerView
  readonly simulator: CarrierxSimulator
  readonly figures: RingtailFigures
}

/** Keeps the status line up to date until the signal aborts. */
export async function showProgress(parts: ProgressParts, signal: AbortSignal): Promise<void> {
  const startedAt = performance.now()
  const recent: Sample[] = []
  while (!signal.aborted) {
    await parts.figures.refresh()
    if (signal.aborted) return
    const now = {
      atMs: performance.now(),
      read: parts.figures.total('records_read_total'),
      published: parts.view.counts.events,
    }
    recent.push(now)
    if (recent.length > samples) recent.shift()
    parts.screen.status(statusLine(parts, now.atMs - startedAt, recent[0] ?? now, now))
    await sleep(everyMs, undefined, { signal }).catch(() => {})
  }
}

function statusLine({ view, simulator }: ProgressParts, sinceMs: number, from: Sample, to: Sample): string {
  const { created, updated, late, deadLetters } = view.counts
  const { requests, faults } = simulator.stats()
  const perSecond = (before: number, now: number): string =>
    `${Math.round(((now - before) * 1000) / Math.max(1, to.atMs - from.atMs))}/s`
  return [
    minutes(sinceMs),
    `read ${perSecond(from.read, to.read)}`,
    `published ${perSecond(from.published, to.published)}`,
    `created ${created}`,
    `updated ${updated}`,
    `late ${late}`,
    `dead letters ${deadLetters}`,
    `requests ${requests}`,
    `faults ${faultCount(faults)}`,
  ].join(' · ')
}

/** How many faults there were of all kinds. */
export function faultCount(faults: Readonly<Record<string, number>>): number {
  return Object.values(faults).reduce((sum, count) => sum + count, 0)
}

function minutes(ms: number): string {
  const all = Math.floor(ms / 1000)
  return `${Math.floor(all / 60)}:${String(all % 60).padStart(2, '0')}`
}
