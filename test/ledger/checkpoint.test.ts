import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  cursorKey,
  cursorValue,
  parseCursor,
  parseKey,
  readSeen,
  SeenEntries,
  seenKey,
} from '../../src/ledger/checkpoint.ts'
import { RingtailError } from '../../src/model/errors.ts'

const word = fc.nat(0xffffffff)
const entry = fc.record({
  id: fc.tuple(word, word, word, word),
  content: fc.tuple(word, word),
  revision: word,
})

function recordOf(entries: readonly { id: number[]; content: number[]; revision: number }[]): Buffer {
  const gathered = new SeenEntries()
  for (const { id, content, revision } of entries)
    gathered.add(Uint32Array.from(id), Uint32Array.from(content), revision)
  expect(gathered.length).toBe(entries.length)
  return gathered.toValue()
}

function entriesOf(value: Buffer) {
  const entries: { id: number[]; content: number[]; revision: number }[] = []
  readSeen(value, (id, content, revision) => entries.push({ id: [...id], content: [...content], revision }))
  return entries
}

describe('keys', () => {
  it('say what they were made of', () => {
    expect(parseKey(cursorKey('main-2', 'recheck-1'))).toEqual({ kind: 'cursor', source: 'main-2', feed: 'recheck-1' })
    expect(parseKey(seenKey('main-2', 494_000, 12))).toEqual({ kind: 'seen', source: 'main-2', hour: 494_000, n: 12 })
  })

  it('of kinds that this version does not know are unknown, and name their source', () => {
    for (const key of ['watch|main|recording|1', 'paused|main', 'backfill|main|7'])
      expect(parseKey(key)).toEqual({ kind: 'unknown', source: 'main' })
    for (const key of ['', 'nonsense', 'CURSOR|main|live']) expect(parseKey(key).kind).toBe('unknown')
  })
})

describe('cursor records', () => {
  it('are read back as they were written', () => {
    fc.assert(
      fc.property(fc.nat(), fc.jsonValue(), fc.nat(), (seq, cursor, at) => {
        const mark = {
          startedAtMs: at,
          succeededAtMs: at + 1,
          window: { fromMs: 1, toMs: 2 },
          untilMs: 3,
          cursor,
          readThroughMs: 4,
        }
        const plain = JSON.parse(JSON.stringify({ seq, mark })) as unknown
        expect(parseCursor(cursorValue({ seq, mark }))).toEqual(plain)
      }),
    )
  })

  it('hold names and cursors that are not ASCII', () => {
    const mark = { startedAtMs: 1, cursor: { after: 'é😀\u2028' } }
    expect(parseCursor(cursorValue({ seq: 1, mark }))).toEqual({ seq: 1, mark })
  })

  it('of another version are refused', () => {
    const value = cursorValue({ seq: 1, mark: { startedAtMs: 1 } })
    for (const version of [0, 2, 255]) {
      value[0] = version
      expect(() => parseCursor(value)).toThrow(
        expect.objectContaining({ code: 'RT-CHECKPOINT-VERSION', retryable: false }),
      )
    }
    expect(() => parseCursor(Buffer.alloc(0))).toThrow(RingtailError)
  })
})

describe('seen records', () => {
  it('are read back as they were written, 28 bytes a row', () => {
    fc.assert(
      fc.property(fc.array(entry, { maxLength: 100 }), (entries) => {
        const value = recordOf(entries)
        expect(value.length).toBe(1 + 28 * entries.length)
        expect(entriesOf(value)).toEqual(entries)
      }),
    )
  })

  it('hold thousands of rows', () => {
    const entries = Array.from({ length: 5_000 }, (_, at) => ({ id: [at, 1, 2, 3], content: [at, at], revision: at }))
    expect(entriesOf(recordOf(entries))).toEqual(entries)
  })

  it('of another version are refused', () => {
    const value = recordOf([{ id: [1, 2, 3, 4], content: [5, 6], revision: 7 }])
    value[0] = 2
    expect(() => entriesOf(value)).toThrow(expect.objectContaining({ code: 'RT-CHECKPOINT-VERSION' }))
    expect(() => entriesOf(Buffer.alloc(0))).toThrow(RingtailError)
  })
})
