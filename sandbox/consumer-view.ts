import type { KafkaMessage } from 'kafkajs'
import { type CdrEvent, cdrEvent } from './consumer-view/cdr-event.ts'
import { type DeadLetter, deadLetter } from './consumer-view/dead-letter.ts'
import { EventStore, type KeptEvent } from './consumer-view/event-store.ts'
import { LogFollower } from './consumer-view/log-follower.ts'
import { RevisionsByRecord } from './consumer-view/revisions-by-record.ts'

/** What is consumed, how its values are decoded, and who hears of each one as it arrives. */
export interface ConsumerViewOptions {
  readonly brokers: readonly string[]
  readonly topics: { readonly cdr: string; readonly deadLetter: string }
  /** Decodes a value in Confluent's framing by the schema that it names. */
  readonly decode: (value: Buffer) => Promise<unknown>
  readonly onEvent?: (event: CdrEvent) => void
  readonly onDeadLetter?: (letter: DeadLetter) => void
}

/** How many of everything arrived. */
export interface ViewCounts {
  events: number
  created: number
  updated: number
  /** Of those created, the ones that the provider showed late. */
  late: number
  deadLetters: number
}

const mostProblems = 100

/** What a read_committed consumer of the CDRs and the dead letters has seen since the beginning of their topics. */
export class ConsumerView {
  readonly counts: ViewCounts = { events: 0, created: 0, updated: 0, late: 0, deadLetters: 0 }
  readonly deadLetters: DeadLetter[] = []
  /** What no right producer writes, the first hundred: event ids that came before, keys of another call, and so on. */
  readonly problems: string[] = []
  readonly #options: ConsumerViewOptions
  readonly #store = new EventStore()
  #follower: LogFollower | undefined

  private constructor(options: ConsumerViewOptions) {
    this.#options = options
  }

  /** Begins to consume, as soon as both topics are there; throws if they are not within half a minute. */
  static async start(options: ConsumerViewOptions): Promise<ConsumerView> {
    const view = new ConsumerView(options)
    const { brokers, topics } = options
    view.#follower = await LogFollower.start({
      brokers,
      topics: [topics.cdr, topics.deadLetter],
      each: (topic, partition, message) => view.#take(topic, partition, message),
    })
    return view
  }

  /** The events of a source by record id, each record's in their order of arrival. */
  revisions(source: string): ReadonlyMap<string, readonly KeptEvent[]> {
    return new RevisionsByRecord(this.#store, source)
  }

  /** Whether everything that is committed by now, in every partition, has arrived here. */
  async caughtUp(): Promise<boolean> {
    return (await this.#follower?.caughtUp()) ?? false
  }

  /** What keeps the consumer from going on, if anything does: a broker that is away, a value that can't be decoded. */
  get trouble(): Error | undefined {
    return this.#follower?.trouble
  }

  async stop(): Promise<void> {
    await this.#follower?.stop()
  }

  async #take(topic: string, partition: number, message: KafkaMessage): Promise<void> {
    if (topic === this.#options.topics.deadLetter) this.#takeDeadLetter(message)
    else if (message.value === null) this.#problem(`${topic}/${partition} offset ${message.offset}: a value of null`)
    else this.#takeEvent(cdrEvent(await this.#options.decode(message.value)), message.key, partition)
  }

  #takeEvent(event: CdrEvent, key: Buffer | null, partition: number): void {
    const { source, recordId, eventType, revision } = event
    const name = `${source}/${recordId} revision ${revision}`
    if (String(key) !== `${source}:${event.callId}`) this.#problem(`${name}: the key is not ${source}:${event.callId}`)
    if (eventType !== (revision === 1 ? 'CREATED' : 'UPDATED')) this.#problem(`${name}: the type is ${eventType}`)
    const before = this.#store.latest(source, recordId)
    if (before !== undefined && before.partition !== partition) {
      this.#problem(`${name}: in partition ${partition}, the one before in ${before.partition}`)
    }
    if (!this.#store.add(source, recordId, { ...event, partition })) {
      this.#problem(`${name}: event id ${event.eventId} came before`)
    }
    this.counts.events++
    if (eventType === 'CREATED') {
      this.counts.created++
      if (event.isLate) this.counts.late++
    } else this.counts.updated++
    this.#options.onEvent?.(event)
  }

  #takeDeadLetter(message: KafkaMessage): void {
    const letter = deadLetter(message)
    if (String(message.key) !== letter.source) this.#problem(`a dead letter of ${letter.source} has another key`)
    this.deadLetters.push(letter)
    this.counts.deadLetters++
    this.#options.onDeadLetter?.(letter)
  }

  #problem(text: string): void {
    if (this.problems.length < mostProblems) this.problems.push(text)
  }
}
