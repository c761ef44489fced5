import { setTimeout as sleep } from 'node:timers/promises'
import { poll } from '../jvm/poll.ts'
import { paint, type Screen, seconds } from './screen.ts'
import type { Stage } from './stage.ts'

const firstEventWithinMs = 10_000

/** Kills Ringtail after `afterMs` by SIGKILL and starts it again; does nothing if the signal aborts before. */
export async function killAfter(afterMs: number, stage: Stage, screen: Screen, signal: AbortSignal): Promise<void> {
  await sleep(afterMs, undefined, { signal }).catch(() => {})
  if (signal.aborted) return
  const { ringtail, view } = stage
  const startedAt = performance.now()
  const since = (): string => seconds(performance.now() - startedAt)
  screen.out(paint('magenta', `─── SIGKILL to Ringtail (pid ${ringtail.pid}), without a warning ───`))
  await ringtail.kill('SIGKILL')
  await ringtail.startAgain()
  const before = view.counts.events
  await ringtail.ready()
  const readyAfter = since()
  const isBack = () => view.counts.events > before || signal.aborted || undefined
  // Where hardly any calls are made there may be none to publish.
  await poll('an event after the restart', isBack, { withinMs: firstEventWithinMs }).catch(() => {})
  const firstEvent = view.counts.events > before ? `first event ${since()}` : 'no event yet'
  screen.out(
    paint(
      'magenta',
      `─── Ringtail is back (pid ${ringtail.pid}): ready ${readyAfter} after the kill, ${firstEvent} ───`,
    ),
  )
}
