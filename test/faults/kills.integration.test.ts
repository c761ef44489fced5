import { setTimeout as sleep } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { Random } from '../../sandbox/providers/random.ts'
import type { RingtailProcess } from '../../sandbox/ringtail-process.ts'
import { expectNothingLeaked } from './canary.ts'
import { FaultRun, oddCalls } from './fault-run.ts'
import { freezeInTransaction, isOpen } from './freeze.ts'
import { logged, logText } from './log-text.ts'
import { seed, seeded } from './seed.ts'
import { expectRight, totals } from './verdict.ts'

const records = 50_000
const historyRecords = 20_000
const callsPerSecond = 800

/** When a process is killed, with how many of the kills. */
const kinds = { publishing: 6, 'in a transaction': 7, starting: 3, restoring: 4 } as const
type Kind = keyof typeof kinds
const kills = Object.values(kinds).reduce((sum, count) => sum + count, 0)

/** Comes to a moment in the life of a process: its log of this life begins at `logFrom`. */
const moments: Readonly<
  Record<Kind, (run: FaultRun, ringtail: RingtailProcess, random: Random, logFrom: number) => Promise<void>>
> = {
  publishing: async (run, _, random) => {
    await run.published(random.integer(1, 500))
    await sleep(random.integer(0, 60))
  },
  'in a transaction': async (run, ringtail, random) => {
    await run.published(random.integer(1, 500))
    await freezeInTransaction(run, ringtail, random)
  },
  // The process takes about a second to be in the group.
  starting: (_, __, random) => sleep(random.integer(0, 1_500)),
  restoring: async (_, { config }, random, logFrom) => {
    await logged(config, /"partitions":\[\d.*the group assigned partitions/, logFrom)
    await sleep(random.integer(0, 300))
  },
}

function shuffled(random: Random): Kind[] {
  const left = (Object.keys(kinds) as Kind[]).flatMap((kind) => Array.from({ length: kinds[kind] }, () => kind))
  return Array.from({ length: kills }, () => left.splice(random.integer(0, left.length - 1), 1)).flat()
}

test(seeded('loses and repeats nothing over 20 kills in 50,000 records'), { timeout: 300_000 }, async () => {
  const startedAt = performance.now()
  const nowMs = Date.now()
  await using run = await FaultRun.open({
    name: 'kills',
    sessionTimeout: '1500ms',
    pageRows: 250,
    simulator: {
      faults: { seed, rate: 0.1, except: ['unauthorized'] },
      history: {
        ...oddCalls,
        count: historyRecords,
        fromMs: nowMs - 6 * 60_000,
        toMs: nowMs - 1_000,
        ties: 5,
        lateMs: [5_000, 60_000],
        correctionMs: [5_000, 60_000],
        visibleByMs: nowMs + 60_000,
      },
    },
  })
  const ringtail = await run.startRingtail()
  run.startTraffic({ perSecond: callsPerSecond })
  await run.watch()

  const random = new Random(`kills ${seed}`)
  let logFrom = 0
  let open = 0
  for (const [index, kind] of shuffled(random).entries()) {
    await moments[kind](run, ringtail, random, logFrom)
    await ringtail.kill('SIGKILL')
    if (await isOpen(run)) open++
    logFrom = (await logText(ringtail.config)).length
    await ringtail.startAgain()
    // The kills lie evenly in the records, some of them one right after the other.
    if (random.chance(0.6)) await run.publishedInAll((records * (index + 1)) / kills)
  }
  const killedForMs = performance.now() - startedAt
  await ringtail.ready()
  await run.publishedInAll(records)
  const verdicts = await expectRight(run)
  await expectNothingLeaked(run)
  expect(run.view.revisions('carrierx-main').size).toBeGreaterThanOrEqual(records)
  expect(open).toBeGreaterThanOrEqual(kinds['in a transaction'])
  const [ofKills, inAll] = [killedForMs, performance.now() - startedAt].map((ms) => `${Math.round(ms / 1000)} s`)
  const count = run.view.revisions('carrierx-main').size
  console.info(
    `kills: ${kills}, ${open} of them in an open transaction · records ${count} · ${totals(verdicts)} · ${ofKills} of kills, ${inAll} in all`,
  )
})
