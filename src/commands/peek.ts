import type { LoadedSettings } from '../config/load.ts'
import { read, unwatched } from '../feed/read.ts'
import { createClient } from '../http/client.ts'
import { systemClock } from '../model/clock.ts'
import type { Reject, Row } from '../model/row.ts'
import { createMetrics } from '../observe/metrics.ts'
import { type OpenSource, openSources } from '../sources.ts'
import { version } from '../version.ts'
import { exitCode } from './exit-code.ts'
import type { Io } from './io.ts'
import { deadLetterPreview, namedSource, type Preview, preview } from './preview.ts'
import { sideBySide } from './side-by-side.ts'

const hourMs = 3_600_000
const dayMs = 24 * hourMs

/**
 * `ringtail peek`: a few records as the provider sends them, beside what `run` would make of them. No Kafka. They are
 * the first of the last day, or of the source's longest horizon where that day is empty.
 */
export async function runPeek({ settings }: LoadedSettings, name: string, count: number, io: Io): Promise<number> {
  const client = createClient({ version })
  try {
    const source = namedSource(openSources(settings, client, createMetrics(version)), name)
    let shown = 0
    for (const backMs of new Set([dayMs, longestBackMs(source)])) {
      for await (const item of itemsOf(source, backMs, io.signal)) {
        show('reason' in item ? deadLetterPreview(item) : preview(source, settings, item), io)
        if (++shown === count) return exitCode.done
      }
      if (shown > 0) return exitCode.done
    }
    io.err(`${name} lists no records of the last ${longestBackMs(source) / hourMs} hours`)
    return exitCode.done
  } finally {
    await client.close()
  }
}

function longestBackMs({ settings }: OpenSource): number {
  return Math.max(dayMs, ...settings.timing.recheck.map(({ backMs }) => backMs))
}

async function* itemsOf(source: OpenSource, backMs: number, signal: AbortSignal): AsyncGenerator<Row | Reject> {
  const live = source.feeds.find((feed) => feed.name === 'live')
  if (live === undefined) return
  const nowMs = systemClock.now()
  const feed = { ...live, reader: source.provider.range, priority: 'inspect' } as const
  const cursor = feed.reader.start({ fromMs: nowMs - backMs, toMs: nowMs })
  for await (const { page } of read(feed, cursor, unwatched, signal)) {
    yield* page.rows
    yield* page.rejects
  }
}

function show({ would, raw, normalized }: Preview, io: Io): void {
  if (io.json) io.out(JSON.stringify({ would, raw, normalized }))
  else io.out(`${would}\n${sideBySide(raw, normalized)}\n`)
}
