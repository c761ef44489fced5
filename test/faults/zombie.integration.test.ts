import { expect, test } from 'vitest'
import { poll } from '../../sandbox/jvm/poll.ts'
import { Random } from '../../sandbox/providers/random.ts'
import type { RingtailProcess } from '../../sandbox/ringtail-process.ts'
import { expectNothingLeaked } from './canary.ts'
import { FaultRun, oddCalls } from './fault-run.ts'
import { freezeInTransaction } from './freeze.ts'
import { logged, logText } from './log-text.ts'
import { figure } from './metrics.ts'
import { seed, seeded } from './seed.ts'
import { expectRight, totals } from './verdict.ts'

const rounds = 2

/** Resolves once the process works on so many partitions. */
async function owns(ringtail: RingtailProcess, partitions: number): Promise<void> {
  await poll(
    `process ${ringtail.pid} to own ${partitions} partitions`,
    async () => (await figure(ringtail, 'partitions_owned')) === partitions || undefined,
    { withinMs: 30_000, everyMs: 20 },
  )
}

async function notCommitted(ringtail: RingtailProcess): Promise<number> {
  const [aborted = 0, unknown = 0] = await Promise.all([
    figure(ringtail, 'transactions_total', { outcome: 'aborted' }),
    figure(ringtail, 'transactions_total', { outcome: 'unknown' }),
  ])
  return aborted + unknown
}

test(seeded('an owner that wakes up after another took over writes nothing'), { timeout: 180_000 }, async () => {
  const nowMs = Date.now()
  await using run = await FaultRun.open({
    name: 'zombie',
    sessionTimeout: '2s',
    pageRows: 100,
    simulator: {
      history: { ...oddCalls, count: 5_000, fromMs: nowMs - 5 * 60_000, toMs: nowMs - 1_000, visibleByMs: nowMs },
    },
  })
  let owner = await run.startRingtail()
  run.startTraffic({ perSecond: 300 })
  await run.watch()
  await owns(owner, 1)
  let other = await run.startRingtail()
  await other.ready()

  const random = new Random(`zombie ${seed}`)
  const takenMs: number[] = []
  const refusals: number[] = []
  for (let round = 0; round < rounds; round++) {
    await run.published(random.integer(100, 1_000))
    const refused = await notCommitted(owner)
    const logFrom = (await logText(owner.config)).length
    await freezeInTransaction(run, owner, random)
    const frozenAtMs = Date.now()
    await owns(other, 1)
    await run.published(200)
    takenMs.push(Date.now() - frozenAtMs)
    process.kill(owner.pid, 'SIGCONT')
    // What it was in the middle of is refused, and the group tells it that it has nothing any more.
    await logged(owner.config, /"partitions":\[\].*the group assigned partitions/, logFrom, 30_000)
    await owns(owner, 0)
    await owner.ready()
    refusals.push((await notCommitted(owner)) - refused)
    ;[owner, other] = [other, owner]
  }
  // A member like any other: it takes over when the owner leaves.
  await owner.kill('SIGTERM')
  await owns(other, 1)
  await run.published(200)

  const verdicts = await expectRight(run)
  expect(Math.min(...refusals)).toBeGreaterThan(0)
  await expectNothingLeaked(run)
  console.info(`zombies: ${rounds}, taken over from after ${takenMs.join(', ')} ms · ${totals(verdicts)}`)
})
