import type { FeedMark } from '../model/feed-mark.ts'
import type { Priority, Send } from '../model/http.ts'
import type { AnyReader, Timing } from '../model/provider.ts'
import type { TimeWindow } from '../model/time-window.ts'

/** How far a provider's clock may run ahead of ours. */
export const clockSkewMs = 5 * 60_000

/** One way of reading a source, with all that it needs to be read. */
export interface Feed {
  readonly source: string
  /** `live`, `recheck-1`, … */
  readonly name: string
  readonly priority: Priority
  readonly reader: AnyReader
  /** Whether the reader is a tail: it has no windows, its cursor goes on for ever. */
  readonly isTail: boolean
  /** How long after a poll began the next one is due. */
  readonly everyMs: number
  /** What the next poll reads, given where the last one ended. */
  readonly plan: (nowMs: number, before: FeedMark | undefined) => TimeWindow
  readonly maxWindowMs: number
  /** Whether the end of a window is a high-water mark: everything before it was read. */
  readonly keepsHighWater: boolean
  readonly send: Send
}

/** What feeds are made of: a source that is open. */
export interface FeedSource {
  readonly name: string
  readonly tail: AnyReader | undefined
  readonly range: AnyReader
  readonly maxWindowMs: number
  readonly timing: Timing
  /** Where the first start begins; undefined: the longest recheck horizon ago. */
  readonly sinceMs: number | undefined
  readonly send: Send
}

/** The feeds of a source: `live`, and one for each horizon of re-reading. */
export function feedsOf(source: FeedSource): Feed[] {
  return [liveFeed(source), ...source.timing.recheck.map((_, at) => recheckFeed(source, at))]
}

function liveFeed(source: FeedSource): Feed {
  const { timing, tail } = source
  const longestBackMs = Math.max(0, ...timing.recheck.map(({ backMs }) => backMs))
  return {
    source: source.name,
    name: 'live',
    priority: 'live',
    reader: tail ?? source.range,
    isTail: tail !== undefined,
    everyMs: timing.pollMs,
    plan: (nowMs, before) => {
      const toMs = nowMs - timing.settleMs
      if (before?.readThroughMs === undefined) return { fromMs: source.sinceMs ?? nowMs - longestBackMs, toMs }
      // A mark ahead of now was made by a clock that was wrong.
      return { fromMs: Math.min(before.readThroughMs, toMs) - timing.overlapMs, toMs }
    },
    maxWindowMs: source.maxWindowMs,
    keepsHighWater: tail === undefined,
    send: source.send,
  }
}

function recheckFeed(source: FeedSource, at: number): Feed {
  const { rememberForMs } = source.timing
  const { everyMs, backMs } = source.timing.recheck[at] ?? { everyMs: 0, backMs: 0 }
  return {
    source: source.name,
    name: `recheck-${at + 1}`,
    priority: 'recheck',
    reader: source.range,
    isTail: false,
    everyMs,
    plan: (nowMs, before) => {
      // Rows may have come late while nobody read: the horizon begins where the last re-reading stood, but not
      // before what is still remembered, which would be published again.
      const lastMs = Math.min(before?.startedAtMs ?? nowMs, nowMs)
      return { fromMs: Math.max(lastMs - backMs, Math.min(nowMs - rememberForMs, lastMs)), toMs: nowMs + clockSkewMs }
    },
    maxWindowMs: source.maxWindowMs,
    keepsHighWater: false,
    send: source.send,
  }
}
