import type { PartitionAssigner } from 'kafkajs'
import { kafkajs } from './kafkajs.ts'

const { MemberAssignment, MemberMetadata } = kafkajs.AssignerProtocol
const name = 'ringtail-sticky'
const version = 1

/** Partitions that a member holds, with the time (milliseconds) it acquired each. */
export type Claims = Readonly<Record<string, number>>

/** A member of the group as the assignment sees it. */
export interface Member {
  readonly id: string
  readonly claims: Claims
}

/**
 * Who gets which partition: everybody the same number of busy ones, and then of all; what a member holds it keeps where
 * that allows it. Of two members that claim a partition, the one that acquired it last holds it.
 */
export function assign(
  members: readonly Member[],
  partitions: readonly number[],
  busy: ReadonlySet<number>,
): Map<string, number[]> {
  const holders = holdersOf(members)
  const assigned = new Map<string, number[]>(members.map(({ id }) => [id, []]))
  const spread = (wanted: readonly number[]) => {
    const held = (id: string) => wanted.filter((partition) => holders.get(partition) === id)
    const order = [...assigned.keys()].sort(
      (a, b) =>
        (assigned.get(a)?.length ?? 0) - (assigned.get(b)?.length ?? 0) ||
        held(b).length - held(a).length ||
        (a < b ? -1 : 1),
    )
    const quota = new Map(
      order.map((id, at) => [
        id,
        Math.floor(wanted.length / order.length) + (at < wanted.length % order.length ? 1 : 0),
      ]),
    )
    const free = new Set(wanted)
    const give = (id: string, partition: number) => {
      assigned.get(id)?.push(partition)
      quota.set(id, (quota.get(id) ?? 0) - 1)
      free.delete(partition)
    }
    for (const id of order) for (const partition of held(id)) if ((quota.get(id) ?? 0) > 0) give(id, partition)
    for (const partition of [...free]) {
      const id = order.find((candidate) => (quota.get(candidate) ?? 0) > 0)
      if (id !== undefined) give(id, partition)
    }
  }
  spread(partitions.filter((partition) => busy.has(partition)))
  spread(partitions.filter((partition) => !busy.has(partition)))
  return assigned
}

/** The kafkajs assigner that applies `assign` to one topic. `claims` says what this process holds, at every join. */
export function stickyAssigner(topic: string, busy: ReadonlySet<number>, claims: () => Claims): PartitionAssigner {
  return ({ cluster }) => ({
    name,
    version,
    protocol: ({ topics }) => ({
      name,
      metadata: MemberMetadata.encode({ version, topics, userData: Buffer.from(JSON.stringify(claims())) }),
    }),
    assign: async ({ members }) => {
      const partitions = cluster
        .findTopicPartitionMetadata(topic)
        .map(({ partitionId }) => partitionId)
        .sort((a, b) => a - b)
      const known = members.map(({ memberId, memberMetadata }) => ({
        id: memberId,
        claims: parseClaims(memberMetadata),
      }))
      return [...assign(known, partitions, busy)].map(([memberId, assigned]) => ({
        memberId,
        memberAssignment: MemberAssignment.encode({
          version,
          assignment: { [topic]: assigned },
          userData: Buffer.alloc(0),
        }),
      }))
    },
  })
}

function holdersOf(members: readonly Member[]): Map<number, string> {
  const newest = new Map<number, { readonly id: string; readonly since: number }>()
  for (const { id, claims } of members) {
    for (const [partition, since] of Object.entries(claims)) {
      const other = newest.get(Number(partition))
      if (other === undefined || since > other.since || (since === other.since && id < other.id)) {
        newest.set(Number(partition), { id, since })
      }
    }
  }
  return new Map([...newest].map(([partition, { id }]) => [partition, id]))
}

function parseClaims(metadata: Buffer): Claims {
  const text = MemberMetadata.decode(metadata)?.userData.toString()
  if (text === undefined || text === '') return {}
  try {
    const claims: unknown = JSON.parse(text)
    return typeof claims === 'object' && claims !== null ? (claims as Claims) : {}
  } catch {
    return {} // Claims only keep partitions where they are; without them the assignment is as valid.
  }
}
