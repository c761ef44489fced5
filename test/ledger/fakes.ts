import { createHash } from 'node:crypto'
import type { LedgerDoors, LedgerSource } from '../../src/ledger/doors.ts'
import { Ledger } from '../../src/ledger/ledger.ts'
import type { PageOutcome } from '../../src/ledger/parcel.ts'
import type { CdrFields } from '../../src/model/cdr.ts'
import type { Change } from '../../src/model/change.ts'
import type { Clock } from '../../src/model/clock.ts'
import type { FeedMark, Reading } from '../../src/model/feed-mark.ts'
import type { JsonValue } from '../../src/model/json.ts'
import type { CdrRow, Page, Reject, Row } from '../../src/model/row.ts'
import type { TopicRecord } from '../../src/model/topic-record.ts'

export const hourMs = 3_600_000
export const dayMs = 24 * hourMs
/** A whole hour. */
export const noonMs = Date.UTC(2026, 5, 1, 12)

/** A clock that stands until it is moved; `monotonicMs` is what its steady side shows at noon. */
export class HandClock implements Clock {
  nowMs = noonMs
  monotonicMs = 1_000
  readonly now = () => this.nowMs
  readonly monotonic = () => this.monotonicMs + this.nowMs - noonMs
}

/** The same numbers for the same seed, in [0, 1). */
export function randomOf(seed: number): () => number {
  let state = (seed + 1) * 0x9e3779b9
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}

export function cdrFields(id: string, more: Partial<CdrFields> = {}): CdrFields {
  return {
    sourceUpdatedAt: null,
    recordId: id,
    callId: id,
    interactionId: null,
    parentCallId: null,
    otherLegId: null,
    granularity: 'CALL',
    channel: 'VOICE',
    direction: 'INBOUND',
    typeRaw: null,
    fromRaw: '',
    toRaw: '',
    fromE164: null,
    toE164: null,
    fromName: null,
    toName: null,
    dialedNumber: null,
    billingNumber: null,
    agentId: null,
    agentName: null,
    queueId: null,
    queueName: null,
    ownerId: null,
    startTime: null,
    answerTime: null,
    endTime: null,
    timePrecision: 'SECOND',
    sourceTimezone: null,
    derivedFields: [],
    durationMs: null,
    talkMs: null,
    billableMs: null,
    ringMs: null,
    queueMs: null,
    disposition: 'ANSWERED',
    dispositionRaw: null,
    hangupCause: null,
    sipCode: null,
    hangupParty: null,
    wrapUpCode: null,
    costAmount: null,
    costCurrency: null,
    rateAmount: null,
    recordingState: 'UNKNOWN',
    transcriptState: 'UNKNOWN',
    recordingRefs: [],
    extra: {},
    rawPayload: null,
    ...more,
  }
}

/** A row whose content is `{id, content}`; `more` may replace any part of it. */
export function cdr(
  id: string,
  content: JsonValue,
  more: Partial<CdrRow> & { fields?: Partial<CdrFields> } = {},
): CdrRow {
  const { fields, ...parts } = more
  return {
    kind: 'cdr',
    id,
    content: { id, content },
    normalize: () => cdrFields(id, fields),
    rawText: () => JSON.stringify({ id, content }),
    ...parts,
  }
}

export function reject(rawText: string, reason: Reject['reason'] = 'no-id'): Reject {
  return { reason, detail: 'nothing to go by', rawText }
}

export interface ReadingParts {
  readonly source?: string
  readonly feed?: string
  readonly mark?: FeedMark
  readonly rejects?: readonly Reject[]
  readonly askedTick?: number
  readonly answeredTick?: number
}

let answers = 1_000_000

/** A page of `rows`, asked for after everything that was read before it unless `parts` says otherwise. */
export function reading(rows: readonly Row[], parts: ReadingParts = {}): Reading {
  answers += 10
  const page: Page<unknown> = { rows, rejects: parts.rejects ?? [], next: answers, more: true }
  return {
    source: parts.source ?? 'main',
    feed: parts.feed ?? 'live',
    page,
    mark: parts.mark ?? { startedAtMs: noonMs, cursor: answers },
    askedTick: parts.askedTick ?? answers,
    answeredTick: parts.answeredTick ?? answers + 5,
    answeredAtMs: 0,
  }
}

export interface FakeDoors extends LedgerDoors {
  readonly clock: HandClock
  readonly reported: string[]
  /** Every change that was encoded, in order. */
  readonly changes: Change[]
}

/** An event's value is JSON of its head and id, followed by as many blanks as `extra.pad` says. */
export function fakeDoors(
  clock = new HandClock(),
  partitions = 1,
  before: (change: Change) => void = () => {},
): FakeDoors {
  const reported: string[] = []
  const changes: Change[] = []
  return {
    clock,
    reported,
    changes,
    encode: (change) => {
      before(change)
      changes.push(change)
      return eventRecord(change, partitions)
    },
    checkpoint: (key, value) => ({ topic: 'checkpoints', partition: 0, key, value }),
    flapping: (source, id) => reported.push(`${source}/${id}`),
  }
}

function eventRecord(change: Change, partitions: number): TopicRecord {
  if (change.kind === 'reject') {
    const { source } = change.origin
    return {
      topic: 'dead-letter',
      partition: 0,
      key: source,
      value: Buffer.from(change.reject.rawText.slice(0, 850_000)),
    }
  }
  const { head, fields } = change
  const event: FakeEvent = {
    source: head.source,
    id: fields.recordId,
    revision: head.revision,
    eventType: head.eventType,
    eventId: head.eventId,
    contentHash: head.contentHash,
  }
  const value = Buffer.from(JSON.stringify(event) + ' '.repeat(Number(fields.extra['pad'] ?? 0)))
  const partition = createHash('md5').update(fields.callId).digest().readUInt32BE(0) % partitions
  return { topic: 'cdr', partition, key: `${head.source}:${fields.callId}`, value }
}

/** What the value of a fake event says. */
export interface FakeEvent {
  readonly source: string
  readonly id: string
  readonly revision: number
  readonly eventType: string
  readonly eventId: string
  readonly contentHash: string
}

/** The events among `records`, in order. */
export function eventsOf(records: readonly TopicRecord[]): FakeEvent[] {
  return records.filter(({ topic }) => topic === 'cdr').map(({ value }) => JSON.parse(String(value)) as FakeEvent)
}

export function sourceNamed(source: string, more: Partial<LedgerSource> = {}): LedgerSource {
  return {
    origin: { provider: 'fake', source, account: source === 'main' ? 'acc' : source },
    volatile: [],
    rememberForMs: 7 * dayMs,
    ...more,
  }
}

/** A log of committed transactions, and ledgers that write to it. */
export class FakeLog {
  readonly transactions: (readonly TopicRecord[])[] = []
  readonly publish = (records: readonly TopicRecord[]): Promise<void> => {
    this.transactions.push(records)
    return Promise.resolve()
  }

  get records(): TopicRecord[] {
    return this.transactions.flat()
  }

  get events(): FakeEvent[] {
    return eventsOf(this.records)
  }

  /** The records of one topic. */
  of(topic: string): TopicRecord[] {
    return this.records.filter((record) => record.topic === topic)
  }

  /** Applies the checkpoint records of the first `transactions` transactions. */
  restore(ledger: Ledger, transactions = this.transactions.length): void {
    for (const { topic, key, value } of this.transactions.slice(0, transactions).flat()) {
      if (topic === 'checkpoints') ledger.apply(String(key), value)
    }
  }
}

export interface OpenLedger {
  readonly ledger: Ledger
  readonly accepted: PageOutcome[]
  readonly committed: PageOutcome[]
}

/** A ledger of `sources`, empty, that publishes to `publish`. */
export function openLedger(
  doors: LedgerDoors,
  publish: (records: readonly TopicRecord[]) => Promise<void>,
  sources: readonly LedgerSource[] = [sourceNamed('main')],
): OpenLedger {
  const accepted: PageOutcome[] = []
  const committed: PageOutcome[] = []
  const hooks = {
    accepted: (outcome: PageOutcome) => void accepted.push(outcome),
    committed: (outcome: PageOutcome) => void committed.push(outcome),
  }
  return { ledger: new Ledger(sources, doors, hooks, publish), accepted, committed }
}

/** A ledger restored from what `log` holds. */
export function restored(
  doors: LedgerDoors,
  log: FakeLog,
  sources?: readonly LedgerSource[],
  transactions?: number,
): OpenLedger {
  const open = openLedger(doors, log.publish, sources)
  log.restore(open.ledger, transactions)
  return open
}

/** Lets everything that can go on without a timer go on. */
export async function turns(count = 20): Promise<void> {
  for (let turn = 0; turn < count; turn++) await Promise.resolve()
}
