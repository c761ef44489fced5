import type { Clock } from '../model/clock.ts'
import type { FeedMark, Reading } from '../model/feed-mark.ts'
import { untilAborted } from '../model/until-aborted.ts'
import type { Feed } from './feed.ts'
import { advanced, begun, ended } from './progress.ts'
import { read } from './read.ts'
import { readAhead } from './read-ahead.ts'

/** The part of a ledger that a feed writes to. */
export interface FeedLedger {
  mark(source: string, feed: string): FeedMark | undefined
  note(source: string, feed: string, mark: FeedMark): void
  commit(reading: Reading): Promise<void>
  tick(source: string): number
}

/**
 * Reads a feed once, from where its mark stands to its end: a tail to the tip, a range through every window that is
 * due. Each page is handed over with the mark after it, so a poll that dies goes on where it stood.
 */
export async function poll(feed: Feed, ledger: FeedLedger, clock: Clock, signal: AbortSignal): Promise<void> {
  const { source, name } = feed
  const doors = { tick: () => ledger.tick(source), monotonic: clock.monotonic }
  let mark = begun(feed, ledger.mark(source, name), clock.now())
  do {
    for await (const { page, isLast, ...times } of readAhead(read(feed, mark.cursor, doors, signal))) {
      mark = isLast ? ended(feed, mark, page, clock.now()) : advanced(mark, page)
      await untilAborted(ledger.commit({ source, feed: name, page, mark, ...times }), signal)
    }
  } while (mark.window !== undefined)
}
