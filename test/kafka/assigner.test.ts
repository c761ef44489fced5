import fc from 'fast-check'
import { expect, test } from 'vitest'
import { assign, type Claims, type Member } from '../../src/kafka/assigner.ts'

const memberIds = fc.uniqueArray(fc.string({ minLength: 1, maxLength: 4 }), { minLength: 1, maxLength: 6 })
const partitionCounts = fc.integer({ min: 0, max: 40 })
const claims: fc.Arbitrary<Claims> = fc.dictionary(
  fc.integer({ min: 0, max: 45 }).map(String),
  fc.integer({ min: 0, max: 1000 }),
)
const situations = fc.tuple(memberIds, partitionCounts).chain(([ids, count]) =>
  fc.record({
    members: fc.tuple(...ids.map((id) => claims.map((each): Member => ({ id, claims: each })))),
    partitions: fc.constant(numbersTo(count)),
    busy: fc.subarray(numbersTo(count)).map((each) => new Set(each)),
  }),
)

function numbersTo(count: number): number[] {
  return Array.from({ length: count }, (_, number) => number)
}

function spread(counts: readonly number[]): number {
  return Math.max(...counts) - Math.min(...counts)
}

/** The same members, each with what it was assigned as its claims. */
function holding(members: readonly Member[], assigned: ReadonlyMap<string, readonly number[]>, since: number) {
  return members.map(({ id, claims: before }): Member => {
    const now = (assigned.get(id) ?? []).map((partition) => [String(partition), before[partition] ?? since] as const)
    return { id, claims: Object.fromEntries(now) }
  })
}

function movedFrom(members: readonly Member[], assigned: ReadonlyMap<string, readonly number[]>): number {
  const lost = members.flatMap(({ id, claims: held }) =>
    Object.keys(held).filter((partition) => !assigned.get(id)?.includes(Number(partition))),
  )
  return lost.length
}

test('every partition goes to exactly one member, whatever the members claim', () => {
  fc.assert(
    fc.property(situations, ({ members, partitions, busy }) => {
      const assigned = assign(members, partitions, busy)
      expect([...assigned.keys()].sort()).toEqual(members.map(({ id }) => id).sort())
      expect([...assigned.values()].flat().sort((a, b) => a - b)).toEqual(partitions)
    }),
  )
})

test('members get the same number of busy partitions, and of all, but for one', () => {
  fc.assert(
    fc.property(situations, ({ members, partitions, busy }) => {
      const shares = [...assign(members, partitions, busy).values()]
      expect(spread(shares.map((share) => share.length))).toBeLessThanOrEqual(1)
      expect(spread(shares.map((share) => share.filter((each) => busy.has(each)).length))).toBeLessThanOrEqual(1)
    }),
  )
})

test('the order of the members makes no difference', () => {
  fc.assert(
    fc.property(situations, ({ members, partitions, busy }) => {
      const assigned = assign(members, partitions, busy)
      const reversed = assign(members.toReversed(), partitions, busy)
      for (const [id, share] of assigned) expect(reversed.get(id)).toEqual(share)
    }),
  )
})

test('nothing moves where nothing has changed', () => {
  fc.assert(
    fc.property(situations, ({ members, partitions, busy }) => {
      const assigned = assign(members, partitions, busy)
      const settled = holding(members, assigned, 5)
      expect(movedFrom(settled, assign(settled, partitions, busy))).toBe(0)
    }),
  )
})

test('who stays loses nothing when another leaves, as long as all partitions are alike', () => {
  fc.assert(
    fc.property(situations, fc.boolean(), ({ members, partitions }, areBusy) => {
      fc.pre(members.length > 1)
      const busy = new Set(areBusy ? partitions : [])
      const settled = holding(members, assign(members, partitions, busy), 5).slice(1)
      expect(movedFrom(settled, assign(settled, partitions, busy))).toBe(0)
    }),
  )
})

test('no more moves than the share of a member that joins, as long as all partitions are alike', () => {
  fc.assert(
    fc.property(situations, ({ members, partitions }) => {
      const busy = new Set(partitions)
      const settled = holding(members, assign(members, partitions, busy), 5)
      const joined = assign([...settled, { id: 'joining', claims: {} }], partitions, busy)
      expect(movedFrom(settled, joined)).toBe(joined.get('joining')?.length)
    }),
  )
})

test('of two that claim a partition, the one that acquired it last holds it', () => {
  const late = { id: 'a', claims: { 0: 2, 1: 2 } }
  const early = { id: 'b', claims: { 0: 1, 1: 1, 2: 1, 3: 1 } }
  const assigned = assign([late, early], [0, 1, 2, 3], new Set())
  expect(assigned.get('a')).toEqual([0, 1])
  expect(assigned.get('b')).toEqual([2, 3])
})
