import { setTimeout as sleep } from 'node:timers/promises'
import { traffic } from './demo/calls.ts'
import { drain } from './demo/drain.ts'
import { deadLetterLine, eventLine } from './demo/event-line.ts'
import { interrupted } from './demo/interrupts.ts'
import { isRight, type Verdict } from './demo/judge.ts'
import { killAfter } from './demo/kill.ts'
import { LineBudget } from './demo/line-budget.ts'
import { type DemoOptions, parseDemoOptions, usage } from './demo/options.ts'
import { showProgress } from './demo/progress.ts'
import { report } from './demo/report.ts'
import { RingtailFigures } from './demo/ringtail-figures.ts'
import { Screen } from './demo/screen.ts'
import { type Stage, setStage } from './demo/stage.ts'

const linesPerSecond = 20
/** When Ringtail is killed in a demo without an end. */
const killAfterMs = 20_000

/** Runs the demo; true if nothing was lost, repeated or wrong. */
async function demo(options: DemoOptions, screen: Screen, signal: AbortSignal): Promise<boolean> {
  await using cleanUp = new AsyncDisposableStack()
  screen.note(`seed ${options.seed}`)
  const lines = new LineBudget(linesPerSecond, (line) => screen.out(line))
  cleanUp.defer(() => lines.close())
  const listeners = options.quiet
    ? {}
    : {
        onEvent: (event: Parameters<typeof eventLine>[0]) => lines.add(() => eventLine(event)),
        onDeadLetter: (letter: Parameters<typeof deadLetterLine>[0]) => lines.add(() => deadLetterLine(letter)),
      }
  const stage = await setStage({ options, screen, listeners, cleanUp, signal })
  const verdict = await play(stage, options, screen, signal)
  lines.close()
  await report(stage, verdict, screen)
  return isRight(verdict)
}

/** Makes calls for as long as is wanted, kills Ringtail in between, and compares what arrived with what was shown. */
async function play(stage: Stage, options: DemoOptions, screen: Screen, signal: AbortSignal): Promise<Verdict> {
  const { simulator, clock } = stage
  const { forMs, rate } = options
  const done = new AbortController()
  const figures = new RingtailFigures(stage.config.adminUrl)
  const progress = showProgress({ screen, figures, ...stage }, done.signal)
  try {
    simulator.startTraffic(traffic(rate, forMs === undefined ? undefined : clock.now() + forMs))
    await Promise.all([
      ...(options.kill ? [killAfter(forMs === undefined ? killAfterMs : forMs / 2, stage, screen, signal)] : []),
      untilOver(forMs, signal).then(() => simulator.stopTraffic()),
    ])
  } finally {
    done.abort()
    await progress
  }
  simulator.setFaultRate(0)
  const untilMs = clock.stop()
  screen.note('no more calls and no more faults: Ringtail reads the rest')
  return drain(stage, untilMs, screen)
}

async function untilOver(forMs: number | undefined, signal: AbortSignal): Promise<void> {
  // setTimeout takes no longer time than this; it is 24 days.
  await sleep(forMs ?? 0x7fff_ffff, undefined, { signal }).catch(() => {})
}

async function main(): Promise<number> {
  const screen = new Screen()
  const options = optionsOf(process.argv.slice(2), screen)
  if (typeof options === 'number') return options
  try {
    const signal = interrupted(() => screen.note('ending (Ctrl-C again to end at once)'))
    return (await demo(options, screen, signal)) ? 0 : 1
  } catch (error) {
    if (error instanceof Error && error.name === 'AbortError') return 130
    screen.note(error instanceof Error ? error.message : String(error))
    return 1
  }
}

/** The options, or the exit code where there is nothing to run. */
function optionsOf(args: readonly string[], screen: Screen): DemoOptions | number {
  try {
    const options = parseDemoOptions(args)
    if (options !== undefined) return options
    screen.out(usage)
    return 0
  } catch (error) {
    screen.note(`${error instanceof Error ? error.message : String(error)}\n${usage}`)
    return 2
  }
}

process.exitCode = await main()
