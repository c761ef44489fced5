import { RingtailError } from '../model/errors.ts'
import type { Page } from '../model/row.ts'
import type { Feed } from './feed.ts'

/** A page with the places of the question and answer that it came from. */
export interface ReadPage {
  readonly page: Page<unknown>
  /** Whether the window, or of a tail the poll, ends with this page. */
  readonly isLast: boolean
  readonly askedTick: number
  readonly answeredTick: number
  /** The ticks of the pages of this answer: of a long one, the last is read long after the first. */
  readonly sameAnswer: ReadonlySet<number>
  readonly answeredAtMs: number
}

/** What reading takes from outside. */
export interface ReadDoors {
  /** Counts the questions and pages of the feed's source, see `SourceLedger.tick`. */
  readonly tick: () => number
  /** Milliseconds of a clock that never goes back. */
  readonly monotonic: () => number
}

/** For a reading of which nothing is published: its times say nothing. */
export const unwatched: ReadDoors = { tick: () => 0, monotonic: () => 0 }

/**
 * Asks from `cursor` on until the reader says that there is no more, page by page. Throws where paging comes back to a
 * cursor that it had: such a window was not read to its end.
 */
export async function* read(
  feed: Feed,
  cursor: unknown,
  { tick, monotonic }: ReadDoors,
  signal: AbortSignal,
): AsyncGenerator<ReadPage, void> {
  const been = new Set<string>()
  for (let at = cursor; ; ) {
    const place = JSON.stringify(at)
    if (been.has(place)) throw goesInCircles(feed)
    been.add(place)
    const askedTick = tick()
    const answer = await feed.send(feed.reader.request(at), { priority: feed.priority, feed: feed.name, signal })
    const sameAnswer = new Set<number>()
    const from = { askedTick, sameAnswer, answeredAtMs: monotonic() }
    const placed = (page: Page<unknown>, isLast: boolean): ReadPage => {
      const answeredTick = tick()
      sameAnswer.add(answeredTick)
      return { page, isLast, answeredTick, ...from }
    }
    let page: Page<unknown> | undefined
    try {
      // A page is held until the next one is there, since only the last one of an answer says how it goes on.
      for await (const next of feed.reader.read(answer, at)) {
        if (page !== undefined) yield placed(page, false)
        page = next
      }
    } finally {
      await answer.discard()
    }
    if (page === undefined) throw new Error(`the reader of ${feed.source}/${feed.name} made no page of an answer`)
    yield placed(page, !page.more)
    if (!page.more) return
    at = page.next
  }
}

function goesInCircles(feed: Feed): RingtailError {
  return new RingtailError(`the paging of ${feed.source}/${feed.name} came back to a place that it had left`, {
    code: 'RT-ANSWER-CIRCLE',
    retryable: true,
    advice: 'Nothing is lost: the window is read again. If it persists, show the provider its own next links.',
  })
}
