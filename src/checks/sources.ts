import { read, unwatched } from '../feed/read.ts'
import { createClient } from '../http/client.ts'
import { systemClock } from '../model/clock.ts'
import { RingtailError } from '../model/errors.ts'
import type { Settings } from '../model/settings.ts'
import { createMetrics } from '../observe/metrics.ts'
import { type OpenSource, openSources } from '../sources.ts'
import { version } from '../version.ts'
import { failure, type Report } from './result.ts'

/** How much of the past is asked for. */
const windowMs = 3_600_000
const patienceMs = 30_000

/** Whether every provider answers its source's first question as it should. */
export async function checkSources(settings: Settings, report: Report, signal: AbortSignal): Promise<void> {
  const client = createClient({ version })
  const sources = openSources(settings, client, createMetrics(version))
  await Promise.all(sources.map((source) => checkSource(source, report, signal)))
  await client.close()
}

async function checkSource(source: OpenSource, report: Report, signal: AbortSignal): Promise<void> {
  const check = `source ${source.settings.name}`
  const patience = AbortSignal.timeout(patienceMs)
  try {
    const rows = await firstRows(source, AbortSignal.any([signal, patience]))
    const detail = rows === 0 ? 'answers, without records of the last hour' : `answers, with records of the last hour`
    report({ check, ok: true, detail: `${source.settings.provider.name} ${detail}` })
  } catch (error) {
    report(failure(check, patience.aborted && !signal.aborted ? tooSlow(error) : error))
  }
}

/** How many rows the first page of the last hour has. */
async function firstRows(source: OpenSource, signal: AbortSignal): Promise<number> {
  const live = source.feeds.find(({ name }) => name === 'live')
  if (live === undefined) return 0
  const nowMs = systemClock.now()
  const cursor = live.reader.start({ fromMs: nowMs - windowMs, toMs: nowMs })
  for await (const { page } of read({ ...live, priority: 'inspect' }, cursor, unwatched, signal)) {
    return page.rows.length + page.rejects.length
  }
  return 0
}

function tooSlow(cause: unknown): RingtailError {
  return new RingtailError(`no whole answer within ${patienceMs / 1000} s`, {
    code: 'RT-HTTP-TIMEOUT',
    retryable: true,
    advice: 'See whether the provider is slow, or the rateLimit of the source lets too few requests through.',
    cause,
  })
}
