import { eventId } from '../ledger/event-id.ts'
import { contentHash } from '../ledger/fingerprint.ts'
import type { CdrFields } from '../model/cdr.ts'
import { RingtailError } from '../model/errors.ts'
import { type Reject, type Row, Unreadable } from '../model/row.ts'
import type { Settings } from '../model/settings.ts'
import type { Published } from '../published.ts'
import type { OpenSource } from '../sources.ts'

/** A record as the provider sent it and as we read it, with what `run` would do with it. */
export interface Preview {
  readonly would: string
  readonly raw: unknown
  /** null where it can't be read. */
  readonly normalized: CdrFields | null
}

/** What `run` would do with a row that it published so, or, without `published`, never did. */
export function preview(
  source: OpenSource,
  settings: Settings,
  row: Row,
  published?: Pick<Published, 'revision' | 'contentPrefix'>,
): Preview {
  try {
    const fields = row.normalize()
    const { provider, account, source: name } = source.ledger.origin
    const hash = contentHash(row.content, source.provider.volatile)
    if (published !== undefined && hash.startsWith(published.contentPrefix)) {
      const would = `would publish nothing: it is what revision ${published.revision} says`
      return { would, raw: row.content, normalized: fields }
    }
    const revision = (published?.revision ?? 0) + 1
    const type = revision === 1 ? 'CREATED' : 'UPDATED'
    const id = eventId(provider, account, row.id, row.kind, revision, hash)
    const would = `would publish ${type}, revision ${revision}, to ${settings.kafka.topics.cdr}, key ${name}:${fields.callId}, event ${id}`
    return { would, raw: row.content, normalized: fields }
  } catch (error) {
    if (!(error instanceof Unreadable)) throw error
    return deadLetterPreview({ reason: error.reason, detail: error.message, rawText: row.rawText() })
  }
}

/** What `run` would do with a row that can't be read. */
export function deadLetterPreview({ reason, detail, rawText }: Reject): Preview {
  return { would: `would go to the dead-letter topic: ${reason}, ${detail}`, raw: rawText, normalized: null }
}

/** The opened source of this name. Throws `RT-SOURCE-UNKNOWN`. */
export function namedSource(sources: readonly OpenSource[], name: string): OpenSource {
  const source = sources.find((each) => each.settings.name === name)
  if (source !== undefined) return source
  throw new RingtailError(`the configuration has no source ${name}`, {
    code: 'RT-SOURCE-UNKNOWN',
    retryable: false,
    advice:
      sources.length === 0
        ? 'The configuration has no sources at all: add one.'
        : `Name one of: ${sources.map(({ settings }) => settings.name).join(', ')}.`,
  })
}
