import { type HeldRow, HeldVersion } from './held-version.ts'

/** One content of a record. `servedAtMs` is when a poller first got it in a whole, valid answer; null until then. */
export interface TruthVersion {
  readonly raw: unknown
  readonly visibleAtMs: number
  readonly servedAtMs: number | null
}

/** A record with all its versions, oldest first. */
export interface TruthRecord {
  readonly id: string
  readonly versions: readonly TruthVersion[]
}

/** A row that nobody can read as a record, with its text exactly as it is served. */
export interface BadRow {
  readonly rawText: string
  readonly reason: string
  readonly visibleAtMs: number
  readonly servedAtMs: number | null
}

/** Everything that a simulated provider ever shows: each record, its versions, and since when each one is visible. */
export class Truth {
  readonly #records = new Map<string, { readonly id: string; readonly versions: HeldVersion[] }>()
  readonly #badRows: { readonly version: HeldVersion; readonly reason: string }[] = []

  /**
   * Adds a version that shows from `visibleAtMs` on, which may lie in the future.
   * Throws a RangeError if it would show before the record's last version, or equals it.
   */
  put(id: string, raw: unknown, visibleAtMs: number): HeldRow {
    const version = new HeldVersion(Buffer.from(JSON.stringify(raw)), visibleAtMs)
    const record = this.#records.get(id) ?? { id, versions: [] }
    const last = record.versions.at(-1)
    if (last !== undefined && last.visibleAtMs > visibleAtMs) throw new RangeError(`${id}: versions must come in order`)
    if (last?.json.equals(version.json)) throw new RangeError(`${id}: a version must differ from the one before`)
    record.versions.push(version)
    this.#records.set(id, record)
    return record
  }

  /** Adds a row that is to be served as `rawText` and can't be read; `reason` says what is wrong with it. */
  putBadRow(rawText: string, reason: string, visibleAtMs: number): HeldRow {
    const version = new HeldVersion(Buffer.from(rawText), visibleAtMs)
    this.#badRows.push({ version, reason })
    return { id: `bad row ${this.#badRows.length}`, versions: [version] }
  }

  /** The record called `id`, if there is one. */
  record(id: string): HeldRow | undefined {
    return this.#records.get(id)
  }

  /** Every record, with all its versions, those of the future too. */
  records(): Iterable<TruthRecord> {
    return this.#records.values()
  }

  /** Every record that was visible by `atMs`, with the versions that ever were by then. */
  *visibleBy(atMs: number): Generator<TruthRecord> {
    for (const { id, versions } of this.#records.values()) {
      const visible = versions.filter((version) => version.visibleAtMs <= atMs)
      if (visible.length > 0) yield { id, versions: visible }
    }
  }

  /** Every bad row: what a consumer of the dead letters is to find. */
  *badRows(): Generator<BadRow> {
    for (const { version, reason } of this.#badRows) {
      const { visibleAtMs, servedAtMs } = version
      yield { rawText: version.json.toString(), reason, visibleAtMs, servedAtMs }
    }
  }
}

/** What a consumer got for one record, in order of arrival, by record id. */
export type ConsumerView = ReadonlyMap<string, readonly ConsumedRevision[]>

/** One event as a consumer saw it. */
export interface ConsumedRevision {
  readonly revision: number
  readonly eventId: string
  readonly contentHash: string
}

/** A disagreement between a consumer and the truth. */
export interface Disagreement {
  readonly id: string
  readonly problem: string
}

/** How a consumer's view agrees with the truth; right when the three lists are empty. */
export interface Comparison {
  /** Versions that were served whole at least once. */
  readonly shown: number
  /** Revisions that the consumer got. */
  readonly published: number
  /** Records, or last versions of records, that were visible and did not arrive. */
  readonly lost: readonly Disagreement[]
  /** Versions that arrived again, and event ids that did. */
  readonly repeated: readonly Disagreement[]
  /** Unknown records, contents that never were, versions out of order, revisions with gaps. */
  readonly wrong: readonly Disagreement[]
}

/**
 * Compares what a consumer got with what the provider showed.
 * A version that was replaced before anyone looked may be missing; the last one visible by `untilMs` may not.
 * `contentHash` computes from a raw record what the consumer's `contentHash` holds.
 */
export function compareWithTruth(
  view: ConsumerView,
  truth: Iterable<TruthRecord>,
  contentHash: (raw: unknown) => string,
  untilMs: number = Number.POSITIVE_INFINITY,
): Comparison {
  const found: Findings = { lost: [], repeated: [], wrong: [] }
  const known = new Set<string>()
  let shown = 0
  for (const { id, versions } of truth) {
    known.add(id)
    shown += versions.filter((version) => version.servedAtMs !== null).length
    const hashes = versions.map((version) => contentHash(version.raw))
    const last = versions.findLastIndex((version) => version.visibleAtMs <= untilMs)
    compareVersions(id, view.get(id) ?? [], hashes, last, found)
  }
  let published = 0
  const eventIds = new Set<string>()
  for (const [id, revisions] of view) {
    published += revisions.length
    if (!known.has(id)) found.wrong.push({ id, problem: 'the provider has no such record' })
    revisions.forEach(({ revision, eventId }, index) => {
      if (revision !== index + 1) found.wrong.push({ id, problem: `revision ${revision} came as number ${index + 1}` })
      if (eventIds.has(eventId)) found.repeated.push({ id, problem: `event id ${eventId} came before` })
      eventIds.add(eventId)
    })
  }
  return { shown, published, ...found }
}

interface Findings {
  readonly lost: Disagreement[]
  readonly repeated: Disagreement[]
  readonly wrong: Disagreement[]
}

/** Matches what arrived with the versions, each one after the one before. `last` is -1 while nothing is visible. */
function compareVersions(
  id: string,
  revisions: readonly ConsumedRevision[],
  versions: readonly string[],
  last: number,
  found: Findings,
): void {
  let matched = -1
  revisions.forEach(({ revision, contentHash }, index) => {
    const earlier = revisions.slice(0, index).map((before) => before.contentHash)
    const next = earlier.at(-1) === contentHash ? -1 : versions.indexOf(contentHash, matched + 1)
    if (next !== -1) matched = next
    else if (earlier.includes(contentHash)) found.repeated.push({ id, problem: `revision ${revision} came before` })
    else if (versions.includes(contentHash)) found.wrong.push({ id, problem: `revision ${revision} is out of order` })
    else found.wrong.push({ id, problem: `revision ${revision} never was` })
  })
  if (last === -1 || matched >= last) return
  const final = revisions.at(-1)
  if (final === undefined) found.lost.push({ id, problem: 'no version arrived' })
  else if (final.contentHash !== versions[last]) {
    found.lost.push({ id, problem: `version ${last + 1} of ${versions.length} did not arrive` })
  }
}
