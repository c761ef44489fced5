import type { Disagreement } from '../providers/truth.ts'
import { isRight, type Verdict } from './judge.ts'
import { faultCount } from './progress.ts'
import { paint, type Screen } from './screen.ts'
import type { Stage } from './stage.ts'

const mostOffenders = 5
const logLines = 30

/** Prints how it went; the last line is the verdict in figures. */
export async function report(stage: Stage, verdict: Verdict, screen: Screen): Promise<void> {
  const { counts } = stage.view
  const { requests, faults } = stage.simulator.stats()
  const kinds = Object.entries(faults).sort(([, a], [, b]) => b - a)
  screen.note(`faults: ${kinds.map(([kind, count]) => `${kind} ${count}`).join(', ') || 'none'}`)
  screen.out(
    `created ${counts.created} · updated ${counts.updated} · late ${counts.late} · requests ${requests} · faults ${faultCount(faults)}`,
  )
  screen.out(`dead letters: shown ${verdict.deadLetters.shown} · published ${verdict.deadLetters.published}`)
  if (verdict.replaced > 0) {
    screen.out(`versions that were shown and corrected again before they could be committed: ${verdict.replaced}`)
  }
  for (const name of ['lost', 'repeated', 'wrong'] as const) {
    for (const line of offenderLines(name, verdict[name])) screen.out(paint('red', line))
  }
  if (!isRight(verdict)) screen.note(`Ringtail's log ends with\n${await stage.ringtail.logTail(logLines)}`)
  screen.out(lastLine(verdict))
}

function offenderLines(name: string, offenders: readonly Disagreement[]): readonly string[] {
  const lines = offenders.slice(0, mostOffenders).map(({ id, problem }) => `${name}: ${id}: ${problem}`)
  const rest = offenders.length - lines.length
  return rest > 0 ? [...lines, `${name}: … and ${rest} more`] : lines
}

function lastLine({ shown, published, lost, repeated, wrong }: Verdict): string {
  const figures = [`shown ${shown}`, `published ${published}`, `lost ${lost.length}`, `repeated ${repeated.length}`]
  return [...figures, ...(wrong.length > 0 ? [`wrong ${wrong.length}`] : [])].join(' · ')
}
