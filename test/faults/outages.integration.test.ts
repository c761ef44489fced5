import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, expect, inject, test } from 'vitest'
import { poll } from '../../sandbox/jvm/poll.ts'
import { type KafkaSandbox, startKafka } from '../../sandbox/kafka.ts'
import type { KafkaNode } from '../../sandbox/kafka-node.ts'
import type { HistoryPlan } from '../../sandbox/providers/schedule.ts'
import type { RingtailConfig } from '../../sandbox/ringtail-config.ts'
import type { ReadinessCheck } from '../../src/admin/readiness.ts'
import { expectNothingLeaked } from './canary.ts'
import { Door } from './door.ts'
import { FaultRun, oddCalls } from './fault-run.ts'
import { type GuardedRun, startGuardedRun } from './guarded-run.ts'
import { logged } from './log-text.ts'
import { figure } from './metrics.ts'
import { seeded } from './seed.ts'
import { expectRight, totals } from './verdict.ts'

const awayMs = 10_000
const stopWithinMs = 30_000
const limits = { timeout: 180_000 }

let kafka: KafkaSandbox
let broker: KafkaNode

beforeAll(async () => {
  kafka = await startKafka()
  broker = kafka.nodes[0] ?? expect.fail('there is no broker')
})

afterAll(() => kafka.stop())

/** Calls of the last minutes, all of which show at once. */
function history(count: number): HistoryPlan {
  const nowMs = Date.now()
  return { ...oddCalls, count, fromMs: nowMs - 5 * 60_000, toMs: nowMs - 1_000, visibleByMs: nowMs }
}

/** What `/readyz` says, once the process listens. */
async function readiness({ adminUrl }: RingtailConfig): Promise<{ status: number; checks: readonly ReadinessCheck[] }> {
  return poll('an answer of /readyz', async () => {
    const answer = await fetch(`${adminUrl}/readyz`).catch(() => undefined)
    if (answer === undefined) return undefined
    const { checks } = (await answer.json()) as { checks: readonly ReadinessCheck[] }
    return { status: answer.status, checks }
  })
}

test(seeded('starts by itself once Kafka and the registry are there'), limits, async () => {
  await using registry = await Door.to(inject('registryUrl'))
  await using run = await FaultRun.open({
    name: 'away-at-start',
    brokers: kafka.brokers,
    registryUrl: registry.url,
    simulator: { history: history(500) },
  })
  await broker.stop()
  const ringtail = await run.startRingtail()
  const { config } = ringtail
  const before = await readiness(config)
  expect(before.status).toBe(503)
  expect(before.checks.filter(({ ready }) => !ready)).toEqual([
    { name: 'group', ready: false, detail: expect.stringMatching(/\w/) },
  ])
  await Promise.all([
    logged(config, /"code":"RT-KAFKA-DOWN".*waiting for Kafka/),
    logged(config, /"code":"RT-REGISTRY-\w+".*waiting for the schema registry/),
  ])
  await registry.open()
  await broker.restart()
  await ringtail.ready()
  await run.watch()
  await run.publishedInAll(500 * 0.95)
  const verdicts = await expectRight(run)
  await expectNothingLeaked(run)
  console.info(`away at start · ${totals(verdicts)}`)
})

test(seeded('goes on by itself after the broker was away, and stops while it is'), limits, async () => {
  await using run = await FaultRun.open({
    name: 'broker-away',
    brokers: kafka.brokers,
    sources: ['north', 'south', 'east'],
    simulator: { history: history(1_000) },
  })
  await using obedient = await startGuardedRun(await run.writeConfig())
  await using urged = await startGuardedRun(await run.writeConfig())
  const ringtail = await run.startRingtail()
  run.startTraffic({ perSecond: 50 })
  await run.watch()
  await run.publishedInAll(3_000 * 0.95)
  for (const each of [obedient, urged, ringtail]) {
    await poll('a source for each process', async () => (await figure(each, 'partitions_owned')) === 1 || undefined)
  }

  const awayFromMs = performance.now()
  await broker.stop()
  // What they are in the middle of fails, before they are told to stop.
  await Promise.all([obedient, urged].map(({ config }) => logged(config, /acquired anew|broke down|kafkajs/)))
  const stopped = await stops(obedient, urged)
  await sleep(Math.max(0, awayMs - (performance.now() - awayFromMs)))
  await broker.restart()
  const backAtMs = Date.now()
  const sources = run.accounts.map(({ source }) => source)
  const resumedAfterMs = await run.resumed(sources, backAtMs, 60_000)
  await run.published(500)
  const verdicts = await expectRight(run)
  await expectNothingLeaked(run, [obedient.config, urged.config])
  console.info(
    `broker away: SIGTERM obeyed after ${stopped} ms, resumed ${resumedAfterMs} ms after it was back · ${totals(verdicts)}`,
  )
})

/** Tells one process to stop once, the other one twice; resolves with the milliseconds that the first one took. */
async function stops(once: GuardedRun, twice: GuardedRun): Promise<number> {
  const startedAt = performance.now()
  process.kill(once.pid, 'SIGTERM')
  process.kill(twice.pid, 'SIGTERM')
  await logged(twice.config, /stopping: finishing what is in hand/)
  process.kill(twice.pid, 'SIGINT')
  expect(await twice.exitStatus).toBe(130)
  expect(await Promise.race([once.exitStatus, sleep(stopWithinMs, 'not within 30 s', { ref: false })])).toBe(0)
  return Math.round(performance.now() - startedAt)
}

test(seeded('a provider that is away does not keep another source waiting'), limits, async () => {
  const doors: Door[] = []
  await using run = await FaultRun.open({
    name: 'provider-away',
    sources: ['present', 'absent'],
    simulator: { history: history(300) },
    front: async (url) => {
      const door = await Door.to(url)
      await door.open()
      doors.push(door)
      return door.url
    },
  })
  const [, absent = expect.fail('there is no second door')] = doors
  await using _ = { [Symbol.asyncDispose]: async () => void (await Promise.all(doors.map((door) => door.shut()))) }
  const ringtail = await run.startRingtail()
  run.startTraffic({ perSecond: 50 })
  await run.watch()
  await run.publishedInAll(600 * 0.95)

  await absent.shut()
  const failed = async () => (await figure(ringtail, 'polls_total', { source: 'absent', outcome: 'failed' })) ?? 0
  await poll('polls to fail', async () => (await failed()) >= 3 || undefined)
  const [events, none] = [run.view.revisions('present').size, run.view.revisions('absent').size]
  await poll('the other source', () => run.view.revisions('present').size > events + 150 || undefined)
  expect(run.view.revisions('absent').size).toBe(none)
  expect(await readiness(ringtail.config)).toMatchObject({ status: 200 })
  const openedAtMs = Date.now()
  await absent.open()
  const resumedAfterMs = await run.resumed(['absent'], openedAtMs, 60_000)

  const verdicts = await expectRight(run)
  await expectNothingLeaked(run)
  console.info(`provider away: resumed ${resumedAfterMs} ms after it was back · ${totals(verdicts)}`)
})
