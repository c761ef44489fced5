import { expect, test } from 'vitest'
import { poll } from '../../sandbox/jvm/poll.ts'
import type { RingtailProcess } from '../../sandbox/ringtail-process.ts'
import { expectNothingLeaked } from './canary.ts'
import { FaultRun } from './fault-run.ts'
import { checkpointPartition } from './freeze.ts'
import { logText } from './log-text.ts'
import { ownedSources } from './metrics.ts'
import { seed, seeded } from './seed.ts'
import { expectRight, totals } from './verdict.ts'

const sources = ['north', 'south', 'east', 'west', 'up', 'down']
/** With the default session timeout of 6 s. The goals are 8 s and 2 s; a noisy machine gets more. */
const afterKillMs = 20_000
const afterStopMs = 10_000
const sharedWithinMs = 40_000

/** Resolves once these processes share all sources evenly; with what each owns. */
async function shared(run: FaultRun, ringtails: readonly RingtailProcess[]): Promise<string[][]> {
  let owned: string[][] = []
  const isShared = async (): Promise<string[][] | undefined> => {
    owned = await Promise.all(ringtails.map(ownedSources))
    const isEven = owned.every((own) => own.length === sources.length / ringtails.length)
    return isEven && new Set(owned.flat()).size === sources.length ? owned : undefined
  }
  try {
    return await poll('the sources to be shared evenly', isShared, { withinMs: sharedWithinMs, everyMs: 100 })
  } catch (cause) {
    throw new Error(`they are shared so: ${JSON.stringify(owned)}\n${await run.logTails()}`, { cause })
  }
}

test(seeded('two processes take over from each other'), { timeout: 180_000 }, async () => {
  expect(new Set(sources.map(checkpointPartition)).size).toBe(sources.length)
  const nowMs = Date.now()
  await using run = await FaultRun.open({
    name: 'takeover',
    sources,
    sessionTimeout: '6s',
    simulator: {
      faults: { seed, rate: 0.05, except: ['unauthorized'] },
      history: { count: 500, fromMs: nowMs - 5 * 60_000, toMs: nowMs - 1_000, visibleByMs: nowMs },
    },
  })
  const first = await run.startRingtail()
  const second = await run.startRingtail()
  run.startTraffic({ perSecond: 30 })
  await run.watch()
  await run.published(sources.length * 500)
  const [ofFirst = []] = await shared(run, [first, second])

  const killedAtMs = Date.now()
  await first.kill('SIGKILL')
  const killTakenMs = await run.resumed(ofFirst, killedAtMs, afterKillMs)
  await shared(run, [second])

  await first.startAgain()
  const [, ofSecond = []] = await shared(run, [first, second])
  await run.published(300)

  const stoppedAtMs = Date.now()
  await second.kill('SIGTERM')
  const stopTakenMs = await run.resumed(ofSecond, stoppedAtMs, afterStopMs)
  expect(await logText(second.config)).toContain('"msg":"stopped"')
  await shared(run, [first])

  const verdicts = await expectRight(run)
  await expectNothingLeaked(run)
  console.info(`takeover after SIGKILL ${killTakenMs} ms, after SIGTERM ${stopTakenMs} ms · ${totals(verdicts)}`)
})
