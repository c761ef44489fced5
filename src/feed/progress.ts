import type { FeedMark } from '../model/feed-mark.ts'
import type { Page } from '../model/row.ts'
import type { Feed } from './feed.ts'

/** Where a poll begins: a tail at its position, a range in the window that was left open, or in the next one due. */
export function begun(feed: Feed, before: FeedMark | undefined, nowMs: number): FeedMark {
  if (feed.isTail) return begunTail(feed, before, nowMs)
  if (before?.window !== undefined) return before
  const { fromMs, toMs } = feed.plan(nowMs, before)
  return opened(feed, { ...before, startedAtMs: nowMs }, fromMs, Math.max(fromMs, toMs))
}

function begunTail(feed: Feed, before: FeedMark | undefined, nowMs: number): FeedMark {
  if (before?.window === undefined && before?.cursor !== undefined) return { ...before, startedAtMs: nowMs }
  // Nothing was read yet, or it was read as a range: its window and cursor say nothing to a tail.
  const { window: _, untilMs: __, ...rest } = before ?? {}
  return { ...rest, startedAtMs: nowMs, cursor: feed.reader.start(feed.plan(nowMs, before)) }
}

/** Where a feed stands after a page that is not the last of its window or poll. */
export function advanced(mark: FeedMark, page: Page<unknown>): FeedMark {
  return { ...mark, cursor: page.next, readThroughMs: page.readThroughMs ?? mark.readThroughMs }
}

/** Where a feed stands after the last page: a tail at the tip, a range at the next window, or done for this poll. */
export function ended(feed: Feed, mark: FeedMark, page: Page<unknown>, nowMs: number): FeedMark {
  if (feed.isTail) return { ...advanced(mark, page), succeededAtMs: nowMs }
  const { window, untilMs, cursor: _, ...rest } = mark
  const readThroughMs = feed.keepsHighWater ? window?.toMs : mark.readThroughMs
  if (window !== undefined && untilMs !== undefined && window.toMs < untilMs) {
    return opened(feed, { ...rest, readThroughMs }, window.toMs, untilMs)
  }
  return { ...rest, readThroughMs, succeededAtMs: nowMs }
}

/** The same window from its start, for a cursor that leads nowhere. Dedupe makes reading it again harmless. */
export function restarted(feed: Feed, mark: FeedMark): FeedMark {
  return mark.window === undefined ? mark : { ...mark, cursor: feed.reader.start(mark.window) }
}

function opened(feed: Feed, mark: FeedMark, fromMs: number, untilMs: number): FeedMark {
  const window = { fromMs, toMs: Math.min(fromMs + feed.maxWindowMs, untilMs) }
  return { ...mark, window, untilMs, cursor: feed.reader.start(window) }
}
