import { setTimeout as sleep } from 'node:timers/promises'
import { judge, type Verdict } from './judge.ts'
import { type Screen, seconds } from './screen.ts'
import type { Stage } from './stage.ts'

const deadlineMs = 60_000
const leastPauseMs = 500
/** One more round of the fast recheck: time for a repeat to show, if there is to be one. */
const lastLookMs = 3_000

/** Waits until everything that was visible by `untilMs` has arrived, at most a minute, and compares. */
export async function drain(stage: Stage, untilMs: number, screen: Screen): Promise<Verdict> {
  const startedAt = performance.now()
  const since = (): number => performance.now() - startedAt
  for (;;) {
    const judgedAt = performance.now()
    const { lost } = judge(stage, untilMs)
    if (lost.length === 0) break
    if (since() > deadlineMs || !stage.ringtail.running) break
    screen.status(`waiting for ${lost.length} rows to be published${troubleOf(stage)}`)
    await sleep(Math.max(leastPauseMs, 2 * (performance.now() - judgedAt)))
  }
  await sleep(lastLookMs)
  while (!(await stage.view.caughtUp()) && since() < deadlineMs + lastLookMs) await sleep(leastPauseMs)
  screen.status('')
  screen.note(`the rest was read in ${seconds(since())}`)
  return judge(stage, untilMs)
}

function troubleOf({ view }: Stage): string {
  return view.trouble === undefined ? '' : ` (the consumer: ${view.trouble.message})`
}
