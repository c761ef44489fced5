import type { LoadedSettings } from '../config/load.ts'
import { createClient } from '../http/client.ts'
import { RingtailError } from '../model/errors.ts'
import { type Row, Unreadable } from '../model/row.ts'
import { createMetrics } from '../observe/metrics.ts'
import { findPublished, type Published } from '../published.ts'
import { type OpenSource, openSources } from '../sources.ts'
import { version } from '../version.ts'
import { exitCode } from './exit-code.ts'
import type { Io } from './io.ts'
import { namedSource, preview } from './preview.ts'
import { recordText, sideBySide } from './side-by-side.ts'

/** `ringtail inspect`: a record as the provider has it now, and what was published of it. */
export async function runInspect({ settings }: LoadedSettings, name: string, id: string, io: Io): Promise<number> {
  const client = createClient({ version })
  try {
    const source = namedSource(openSources(settings, client, createMetrics(version)), name)
    const row = await lookUp(source, id, io.signal)
    const published = await findPublished(settings, source, id, row && callIdOf(row), io.signal)
    const now = row && preview(source, settings, row, published)
    if (io.json) io.out(JSON.stringify({ provider: now ?? null, published: published ?? null }, null, 2))
    else {
      io.out(
        now === undefined ? `${name} has no record ${id} now` : `${now.would}\n${sideBySide(now.raw, now.normalized)}`,
      )
      io.out('')
      io.out(publishedText(published))
    }
    return row === undefined && published === undefined ? exitCode.failed : exitCode.done
  } finally {
    await client.close()
  }
}

async function lookUp(source: OpenSource, id: string, signal: AbortSignal): Promise<Row | undefined> {
  const { lookup } = source.provider
  if (lookup === undefined) {
    throw new RingtailError(`${source.settings.provider.name} can't be asked for one record`, {
      code: 'RT-LOOKUP-UNSUPPORTED',
      retryable: false,
      advice: 'Use `ringtail peek`, or read the event from its topic.',
    })
  }
  const answer = await source.send(lookup.request(id), { priority: 'inspect', feed: 'inspect', signal })
  try {
    return await lookup.read(answer)
  } finally {
    await answer.discard()
  }
}

/** Undefined for a record that can't be read: it has no event, only a dead letter. */
function callIdOf(row: Row): string | undefined {
  try {
    return row.normalize().callId
  } catch (error) {
    if (error instanceof Unreadable) return undefined
    throw error
  }
}

function publishedText(published: Published | undefined): string {
  if (published === undefined) return 'nothing of it is remembered as published'
  const { revision, recordedAt, event } = published
  const head = `published as revision ${revision}, recorded in the hour of ${recordedAt}`
  if (event === undefined) return `${head}; its event is no longer in the topic`
  return `${head}; the event:\n${recordText(event)}`
}
