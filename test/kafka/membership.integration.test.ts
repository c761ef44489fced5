import { type ChildProcess, spawn } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { afterEach, beforeEach, expect, inject, test, vi } from 'vitest'
import { poll } from '../../sandbox/jvm/poll.ts'
import { apiKeys } from '../../sandbox/kafka-wire.ts'
import { type KafkaProxy, startProxy } from '../../sandbox/proxy.ts'
import type { Claims } from '../../src/kafka/assigner.ts'
import { Membership } from '../../src/kafka/membership.ts'
import { createTopic, kafkaOf, never, openWriter, record } from './world.ts'

const brokers = inject('kafkaBrokers')
const sessionTimeoutMs = 3_000
const leaveMs = 5_000
const all = [0, 1, 2, 3, 4, 5, 6]

let topic = ''
let groupId = ''
const members: TestMember[] = []
const processes: ChildProcess[] = []
const proxies: KafkaProxy[] = []

beforeEach(async () => {
  groupId = `test-${randomUUID()}`
  topic = await createTopic(brokers, all.length)
})

afterEach(async () => {
  await Promise.all(members.splice(0).map((member) => member.membership.leave(leaveMs)))
  for (const child of processes.splice(0)) child.kill('SIGKILL')
  await Promise.all(proxies.splice(0).map((proxy) => proxy.stop()))
})

/** A member that holds what it is assigned, as an owner would. */
interface TestMember {
  readonly membership: Membership
  /** What it was assigned at every rebalance. */
  readonly assignments: (readonly number[])[]
  readonly crashes: unknown[]
}

function member(addresses: readonly string[] = brokers): TestMember {
  const since = new Map<number, number>()
  const assignments: (readonly number[])[] = []
  const crashes: unknown[] = []
  const membership = new Membership({
    kafka: () => kafkaOf(addresses),
    groupId,
    topic,
    sessionTimeoutMs,
    busy: new Set([0, 1]),
    claims: (): Claims => Object.fromEntries(since),
    assigned: (partitions) => {
      assignments.push(partitions)
      for (const partition of since.keys()) if (!partitions.includes(partition)) since.delete(partition)
      for (const partition of partitions) if (!since.has(partition)) since.set(partition, Date.now())
    },
    crashed: (error) => crashes.push(error),
  })
  const made = { membership, assignments, crashes }
  members.push(made)
  return made
}

function joined(addresses?: readonly string[]): TestMember {
  const made = member(addresses)
  made.membership.join()
  return made
}

function sorted(partitions: readonly number[] | undefined): number[] {
  return [...(partitions ?? [])].sort((a, b) => a - b)
}

/** Waits until these, and nobody else, share all partitions; what each has then. */
async function shared(owners: readonly TestMember[], withinMs = 20_000): Promise<number[][]> {
  return poll(
    `partitions shared by ${owners.length}`,
    () => {
      const shares = owners.map(({ assignments }) => sorted(assignments.at(-1)))
      const sizes = shares.map((share) => share.length)
      const isEven = Math.max(...sizes) - Math.min(...sizes) <= 1
      return isEven && String(sorted(shares.flat())) === String(all) ? shares : undefined
    },
    { withinMs, everyMs: 10 },
  )
}

async function proxied(): Promise<KafkaProxy> {
  const proxy = await startProxy({ brokers })
  proxies.push(proxy)
  return proxy
}

function kept(before: readonly number[] | undefined, after: readonly number[] | undefined): number[] {
  return (before ?? []).filter((partition) => after?.includes(partition))
}

test('partitions stay where they are as far as an even share allows: 1, 2, 3, 2 and 1 members', async () => {
  const a = joined()
  const [first] = await shared([a])
  expect(first).toEqual(all)
  const b = joined()
  const two = await shared([a, b])
  // Both have a busy one.
  for (const share of two) expect(kept([0, 1], share)).toHaveLength(1)
  const c = joined()
  const three = await shared([a, b, c])
  expect(kept(two[0], three[0])).toEqual(three[0])
  expect(kept(two[1], three[1])).toEqual(three[1])
  await c.membership.leave(leaveMs)
  const again = await shared([a, b])
  expect(kept(three[0], again[0])).toEqual(three[0])
  expect(kept(three[1], again[1])).toEqual(three[1])
  await b.membership.leave(leaveMs)
  await shared([a])
  expect([...a.crashes, ...b.crashes, ...c.crashes]).toEqual([])
})

test('who leaves is followed within two seconds', async () => {
  const [staying, leaving] = [joined(), joined()]
  await shared([staying, leaving])
  const start = performance.now()
  await leaving.membership.leave(leaveMs)
  const leftMs = performance.now() - start
  await shared([staying])
  const tookMs = performance.now() - start
  console.info(`left after ${leftMs.toFixed(0)} ms, followed after ${tookMs.toFixed(0)} ms`)
  expect(tookMs).toBeLessThan(2_000)
})

test('who is killed is followed within the session time-out', async () => {
  const staying = joined()
  await shared([staying])
  const script = join(import.meta.dirname, 'member-process.ts')
  const child = spawn(process.execPath, [script, brokers[0] ?? '', topic, groupId, String(sessionTimeoutMs)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  processes.push(child)
  const assignments: number[][] = []
  createInterface({ input: child.stdout }).on('line', (line) => assignments.push(JSON.parse(line)))
  await shared([staying, { ...staying, assignments }])
  const start = performance.now()
  child.kill('SIGKILL')
  await once(child, 'exit')
  await shared([staying])
  const tookMs = performance.now() - start
  console.info(`a killed member was followed after ${tookMs.toFixed(0)} ms`)
  expect(tookMs).toBeLessThan(sessionTimeoutMs + 3_000)
})

test('nothing is fetched through the group, and heartbeats go on', async () => {
  const writer = await openWriter(kafkaOf(brokers))
  await writer.publish(all.map((partition) => record(topic, partition, 'a')))
  await writer.close()
  const proxy = await proxied()
  const requests = vi.spyOn(proxy.rules, 'judgeRequest')
  const count = (apiKey: number) => requests.mock.calls.filter(([asked]) => asked === apiKey).length
  const [one, two] = [joined(proxy.brokers), joined(proxy.brokers)]
  await shared([one, two])
  await poll('heartbeats', () => (count(apiKeys.heartbeat) >= 2 ? true : undefined))
  await two.membership.leave(leaveMs)
  await shared([one])
  const heartbeats = count(apiKeys.heartbeat)
  await poll('another heartbeat', () => (count(apiKeys.heartbeat) >= heartbeats + 1 ? true : undefined))
  expect(count(apiKeys.fetch)).toBe(0)
})

test('a member is confirmed by what comes after the question', async () => {
  const { membership } = joined()
  await membership.confirmedAfter(Number.NEGATIVE_INFINITY, never)
  const askedMs = performance.now()
  await membership.confirmedAfter(askedMs, never)
  expect(performance.now()).toBeGreaterThan(askedMs)
  const lost = new AbortController()
  const waiting = membership.confirmedAfter(performance.now() + 60_000, lost.signal)
  lost.abort(new Error('lost'))
  await expect(waiting).rejects.toThrow('lost')
})

test('a member is not confirmed while its brokers are away, and takes part again when they are back', async () => {
  const proxy = await proxied()
  const away = joined(proxy.brokers)
  await shared([away])
  proxy.rules.refuseConnections(true)
  proxy.cut()
  const cutMs = performance.now()
  const other = joined()
  // Once the session has ended the other has all.
  await shared([other])
  const asked = new AbortController()
  const confirmed = away.membership.confirmedAfter(cutMs, asked.signal).then(() => 'confirmed')
  expect(await Promise.race([confirmed, Promise.resolve('not yet')])).toBe('not yet')
  proxy.rules.refuseConnections(false)
  await shared([away, other])
  expect(await confirmed).toBe('confirmed')
})

test('who leaves while still connecting is never assigned anything', async () => {
  const proxy = await proxied()
  proxy.rules.delayAnswers(300, apiKeys.metadata)
  const hasty = joined(proxy.brokers)
  await hasty.membership.leave(leaveMs)
  // Another member has everything at once, and keeps it beyond the time in which a late join would come.
  const other = joined()
  await shared([other], 8_000)
  await other.membership.confirmedAfter(performance.now() + 1_500, never)
  expect(hasty.assignments.flat()).toEqual([])
  expect(sorted(other.assignments.at(-1))).toEqual(all)
})

test('who leaves while still joining is never assigned anything', async () => {
  const proxy = await proxied()
  const requests = vi.spyOn(proxy.rules, 'judgeRequest')
  proxy.rules.delayAnswers(700, apiKeys.joinGroup)
  const hasty = joined(proxy.brokers)
  await poll('a join', () => (requests.mock.calls.some(([asked]) => asked === apiKeys.joinGroup) ? true : undefined))
  await hasty.membership.leave(leaveMs)
  const before = hasty.assignments.length
  const other = joined()
  await shared([other], 8_000)
  await other.membership.confirmedAfter(performance.now() + 1_500, never)
  expect(hasty.assignments.slice(before)).toEqual([])
  expect(sorted(other.assignments.at(-1))).toEqual(all)
})
