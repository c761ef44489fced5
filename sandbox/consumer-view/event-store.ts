import type { ConsumedRevision } from '../providers/truth.ts'

/** An event about one record, as a consumer keeps it. */
export interface KeptEvent extends ConsumedRevision {
  readonly eventType: string
  readonly partition: number
}

// Of an event: its id (16 bytes), its content hash (32), its revision (4), its partition (2), whether it was CREATED,
// UPDATED or neither (1).
const [hashAt, revisionAt, partitionAt, typeAt, eventBytes] = [16, 48, 52, 54, 55]
const types = ['UNKNOWN', 'CREATED', 'UPDATED']
const firstRoom = 1024

/**
 * Events by record, each record's in their order of arrival, packed: a million of them take some 160 MB with their
 * record ids, most of it those.
 */
export class EventStore {
  /** Of each record, by source and id, its latest event; that one's link leads back to the record's first. */
  readonly #latest = new Map<string, Map<string, number>>()
  #count = 0
  #bytes = Buffer.alloc(firstRoom * eventBytes)
  /** Of each event the record's next one. */
  #links = new Int32Array(firstRoom)
  /** Places of events by event id, open addressing; -1 is free. */
  #table = new Int32Array(firstRoom * 4).fill(-1)

  get size(): number {
    return this.#count
  }

  /**
   * Keeps an event; false if its event id came before, in whichever record. Throws a RangeError if the event id is
   * no UUID or the content hash not 64 hex digits.
   */
  add(source: string, recordId: string, event: KeptEvent): boolean {
    if (this.#count === this.#links.length) this.#grow()
    const at = this.#count
    this.#write(at, event)
    this.#count++
    const latest = this.#latest.get(source) ?? new Map<string, number>()
    this.#latest.set(source, latest)
    const before = latest.get(recordId)
    this.#links[at] = before === undefined ? at : (this.#links[before] ?? at)
    if (before !== undefined) this.#links[before] = at
    latest.set(recordId, at)
    return this.#index(at)
  }

  /** The record's latest event; undefined while it has none. */
  latest(source: string, recordId: string): KeptEvent | undefined {
    const at = this.#latest.get(source)?.get(recordId)
    return at === undefined ? undefined : this.#read(at)
  }

  /** The ids of a source's records. */
  recordIds(source: string): MapIterator<string> {
    return (this.#latest.get(source) ?? new Map<string, number>()).keys()
  }

  /** How many records a source has. */
  recordCount(source: string): number {
    return this.#latest.get(source)?.size ?? 0
  }

  /** A record's events in their order of arrival; undefined where it has none. */
  revisions(source: string, recordId: string): KeptEvent[] | undefined {
    const last = this.#latest.get(source)?.get(recordId)
    if (last === undefined) return undefined
    const events: KeptEvent[] = []
    for (let at = last; events.length === 0 || at !== last; ) {
      at = this.#links[at] ?? last
      events.push(this.#read(at))
    }
    return events
  }

  #write(at: number, { eventId, contentHash, revision, partition, eventType }: KeptEvent): void {
    const from = at * eventBytes
    if (this.#bytes.write(eventId.replaceAll('-', ''), from, 17, 'hex') !== 16) throw new RangeError('no UUID')
    if (this.#bytes.write(contentHash, from + hashAt, 33, 'hex') !== 32) throw new RangeError('no SHA-256')
    this.#bytes.writeUInt32LE(revision, from + revisionAt)
    this.#bytes.writeUInt16LE(partition, from + partitionAt)
    this.#bytes.writeUInt8(Math.max(0, types.indexOf(eventType)), from + typeAt)
  }

  #read(at: number): KeptEvent {
    const from = at * eventBytes
    return {
      eventId: this.#bytes.toString('hex', from, from + hashAt).replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-'),
      contentHash: this.#bytes.toString('hex', from + hashAt, from + revisionAt),
      revision: this.#bytes.readUInt32LE(from + revisionAt),
      partition: this.#bytes.readUInt16LE(from + partitionAt),
      eventType: types[this.#bytes.readUInt8(from + typeAt)] ?? 'UNKNOWN',
    }
  }

  /** True if the event's id is new. The ids are hashes, so their first bytes say where to look. */
  #index(at: number): boolean {
    const id = this.#idAt(at)
    const mask = this.#table.length - 1
    for (let place = id.readUInt32LE() & mask; ; place = (place + 1) & mask) {
      const there = this.#table[place] ?? -1
      if (there === -1) {
        this.#table[place] = at
        return true
      }
      if (this.#idAt(there).equals(id)) return false
    }
  }

  #idAt(at: number): Buffer {
    return this.#bytes.subarray(at * eventBytes, at * eventBytes + hashAt)
  }

  #grow(): void {
    const room = this.#links.length * 2
    const bytes = Buffer.alloc(room * eventBytes)
    this.#bytes.copy(bytes)
    this.#bytes = bytes
    const links = new Int32Array(room)
    links.set(this.#links)
    this.#links = links
    this.#table = new Int32Array(room * 4).fill(-1)
    for (let at = 0; at < this.#count; at++) this.#index(at)
  }
}
