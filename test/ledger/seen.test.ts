import { createHash } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { bytesPerSlot, Seen } from '../../src/ledger/seen.ts'
import { randomOf } from './fakes.ts'

interface Remembered {
  readonly content: readonly [number, number]
  readonly revision: number
  readonly hour: number
  readonly observed: number
}

/** Ids that all want one of three slots, so that probing runs are long. */
function crowdedId(n: number): Uint32Array {
  return Uint32Array.of(n, 0, 0xffffffff, n % 3)
}

function spreadId(n: number): Uint32Array {
  const digest = createHash('sha256').update(String(n)).digest()
  return Uint32Array.from([0, 4, 8, 12], (at) => digest.readUInt32BE(at))
}

function lookUp(seen: Seen, id: Uint32Array): Remembered | undefined {
  const slot = seen.find(id)
  if (slot < 0) return undefined
  const hex = seen.contentHex(slot)
  return {
    content: [Number.parseInt(hex.slice(0, 8), 16), Number.parseInt(hex.slice(8), 16)],
    revision: seen.revision(slot),
    hour: seen.hour(slot),
    observed: seen.observed(slot),
  }
}

/** Random pages of puts, some taken back, and forgetting now and then; compared with a Map all the way. */
function compareWithMap(idOf: (n: number) => Uint32Array, ids: number, seed: number, operations: number): void {
  const random = randomOf(seed)
  const upTo = (n: number) => Math.floor(random() * n)
  const seen = new Seen()
  let model = new Map<number, Remembered>()
  let hour = 1
  for (let done = 0; done < operations; ) {
    const rows = 1 + upTo(60)
    const before = new Map(model)
    seen.begin(rows)
    for (let row = 0; row < rows; row++, done++) {
      const n = upTo(ids)
      const entry: Remembered = {
        content: [upTo(2 ** 32), upTo(2 ** 32)],
        revision: 1 + upTo(1e6),
        hour,
        observed: upTo(2 ** 32),
      }
      seen.put(idOf(n), Uint32Array.from(entry.content), entry.revision, entry.hour, entry.observed)
      model.set(n, entry)
    }
    const fate = random()
    if (fate < 0.25) {
      seen.undo()
      model = before
    } else if (fate < 0.35) {
      const lastHour = hour - upTo(12)
      const due = [...model].filter(([, entry]) => entry.hour <= lastHour)
      expect(seen.forgetUntil(lastHour)).toBe(due.length)
      for (const [n] of due) model.delete(n)
    }
    if (random() < 0.3) hour++
    expect(seen.size).toBe(model.size)
    for (let look = 0; look < 10; look++) {
      const n = upTo(ids)
      expect(lookUp(seen, idOf(n))).toEqual(model.get(n))
    }
  }
  for (let n = 0; n < ids; n++) expect(lookUp(seen, idOf(n))).toEqual(model.get(n))
}

describe('Seen', () => {
  it('does what a Map does, with ids that spread', () => {
    for (let seed = 0; seed < 5; seed++) compareWithMap(spreadId, 1_500, seed, 10_000)
  })

  it('does what a Map does, with ids that collide', () => {
    for (let seed = 10; seed < 15; seed++) compareWithMap(crowdedId, 300, seed, 10_000)
  })

  it('takes several puts of one row back to before the first', () => {
    const seen = new Seen()
    const id = spreadId(1)
    seen.begin(1)
    seen.put(id, Uint32Array.of(1, 1), 1, 5, 9)
    seen.begin(3)
    for (let revision = 2; revision <= 4; revision++) seen.put(id, Uint32Array.of(revision, 0), revision, 6, 10)
    seen.undo()
    expect(lookUp(seen, id)).toEqual({ content: [1, 1], revision: 1, hour: 5, observed: 9 })
    seen.undo()
    expect(seen.size).toBe(1)
  })

  it('keeps rows apart whose ids differ in any one word', () => {
    const seen = new Seen()
    const ids = [0, 1, 2, 3, 4].map((differing) =>
      Uint32Array.from([5, 5, 5, 5], (word, at) => (at === differing ? 6 : word)),
    )
    seen.begin(ids.length)
    for (const [n, id] of ids.entries()) seen.put(id, Uint32Array.of(n, n), n + 1, 1, 0)
    expect(seen.size).toBe(5)
    expect(ids.map((id) => lookUp(seen, id)?.revision)).toEqual([1, 2, 3, 4, 5])
  })

  it('compares both words of the content', () => {
    const seen = new Seen()
    seen.begin(1)
    seen.put(spreadId(1), Uint32Array.of(7, 0xfffffffe), 1, 1, 0)
    const slot = seen.find(spreadId(1))
    expect(seen.hasContent(slot, Uint32Array.of(7, 0xfffffffe))).toBe(true)
    expect(seen.hasContent(slot, Uint32Array.of(7, 0xffffffff))).toBe(false)
    expect(seen.hasContent(slot, Uint32Array.of(8, 0xfffffffe))).toBe(false)
    expect(seen.contentHex(slot)).toBe('00000007fffffffe')
  })

  it('gives memory back when it forgets', () => {
    const seen = new Seen()
    seen.begin(100_000)
    for (let n = 0; n < 100_000; n++)
      seen.put(Uint32Array.of(n, n, n, Math.imul(n, 0x9e3779b1)), Uint32Array.of(0, 0), 1, n < 99_990 ? 1 : 2, 0)
    const full = seen.bytes
    expect(seen.forgetUntil(1)).toBe(99_990)
    expect(seen.size).toBe(10)
    expect(seen.bytes).toBeLessThan(full / 100)
    expect(seen.forgetUntil(1)).toBe(0)
  })

  it('holds a row in at most 64 bytes, at every size from a hundred thousand to two million', () => {
    const seen = new Seen()
    const id = new Uint32Array(4)
    const content = new Uint32Array(2)
    const random = randomOf(1)
    const figures: string[] = []
    let worst = 0
    for (let rows = 1; rows <= 2_000_000; rows++) {
      for (let word = 0; word < 4; word++) id[word] = random() * 2 ** 32
      seen.begin(1)
      seen.put(id, content, 1, 1, 0)
      if (rows >= 100_000) worst = Math.max(worst, seen.bytes / rows)
      if (rows === 500_000 || rows === 1_000_000 || rows === 2_000_000)
        figures.push(`${rows} rows: ${(seen.bytes / rows).toFixed(1)}`)
    }
    console.log(`bytes a row (slot ${bytesPerSlot}): ${figures.join(', ')}; worst ${worst.toFixed(1)}`)
    expect(worst).toBeLessThanOrEqual(64)
  })
})
