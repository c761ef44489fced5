import { setTimeout as sleep } from 'node:timers/promises'
import { expect } from 'vitest'
import type { ConsumerView } from '../../sandbox/consumer-view.ts'
import { isRight, judge, type Verdict } from '../../sandbox/demo/judge.ts'
import type { Stage } from '../../sandbox/demo/stage.ts'
import { poll } from '../../sandbox/jvm/poll.ts'
import type { Account, FaultRun } from './fault-run.ts'
import { figure } from './metrics.ts'
import { seed } from './seed.ts'

const arrivalMs = 90_000
const lastLookMs = 60_000
const mostOffenders = 5
const allFeeds = ['live', 'recheck-1', 'recheck-2']

/**
 * Ends calls and faults, waits until all that was visible by then has arrived and every feed has read all of it once
 * more, and expects nothing lost, repeated or wrong. Resolves with the verdict of each source.
 */
export async function expectRight(run: FaultRun): Promise<ReadonlyMap<string, Verdict>> {
  for (const { simulator } of run.accounts) {
    simulator.stopTraffic()
    simulator.setFaultRate(0)
  }
  const untilMs = run.clock.stop()
  await arrived(run, untilMs)
  await lookedAgain(run)
  const verdicts = judged(run, untilMs)
  if ([...verdicts.values()].some((verdict) => !isRight(verdict))) expect.fail(await explained(run, verdicts))
  return verdicts
}

/** Waits until nothing is lost any more, or it takes too long; then the verdict says what is. */
async function arrived(run: FaultRun, untilMs: number): Promise<void> {
  const deadline = performance.now() + arrivalMs
  let before = -1
  let judgedCount = -1
  while (performance.now() < deadline) {
    const count = run.view.counts.events + run.view.counts.deadLetters
    // Judging takes seconds where there is much to judge: only once nothing more comes, and something has come.
    if (count === before && count !== judgedCount) {
      judgedCount = count
      if ([...judged(run, untilMs).values()].every(({ lost }) => lost.length === 0)) return
    }
    before = count
    await sleep(500)
  }
}

/** Every feed ends two polls: one at least began by now, so that a repeat shows if there is to be one. */
async function lookedAgain(run: FaultRun): Promise<void> {
  const feeds = run.accounts.flatMap(({ source }) => allFeeds.map((feed) => ({ source, feed })))
  const before = await Promise.all(feeds.map((feed) => polls(run, feed)))
  const allEnded = async (): Promise<true | undefined> => {
    const now = await Promise.all(feeds.map((feed) => polls(run, feed)))
    return now.every((count, index) => count >= (before[index] ?? 0) + 2) || undefined
  }
  try {
    await poll('two more polls of every feed', allEnded, { withinMs: lastLookMs, everyMs: 200 })
  } catch (cause) {
    throw new Error(`${cause instanceof Error ? cause.message : ''}\n${await run.logTails()}`, { cause })
  }
  await poll('the consumer has caught up', async () => (await run.view.caughtUp()) || undefined)
}

async function polls(run: FaultRun, labels: { readonly source: string; readonly feed: string }): Promise<number> {
  const counts = await Promise.all(
    run.ringtails.map((ringtail) => figure(ringtail, 'polls_total', { ...labels, outcome: 'success' })),
  )
  return counts.reduce<number>((sum, count) => sum + (count ?? 0), 0)
}

function judged(run: FaultRun, untilMs: number): ReadonlyMap<string, Verdict> {
  return new Map(run.accounts.map((account) => [account.source, judgeAccount(run.view, account, untilMs)]))
}

/** The demo's judge knows one source only, so it is shown a view of that one. */
function judgeAccount(view: ConsumerView, { source, simulator }: Account, untilMs: number): Verdict {
  const ofSource = Object.create(view, {
    revisions: { value: () => view.revisions(source) },
    deadLetters: { value: view.deadLetters.filter((letter) => letter.source === source) },
  }) as ConsumerView
  return judge({ view: ofSource, simulator } as Stage, untilMs)
}

async function explained(run: FaultRun, verdicts: ReadonlyMap<string, Verdict>): Promise<string> {
  const lines = [...verdicts].flatMap(([source, { shown, published, lost, repeated, wrong }]) => [
    `${source}: shown ${shown} · published ${published} · lost ${lost.length} · repeated ${repeated.length} · wrong ${wrong.length}`,
    ...[...lost, ...repeated, ...wrong].slice(0, mostOffenders).map(({ id, problem }) => `  ${id}: ${problem}`),
  ])
  return [`RINGTAIL_SEED=${seed}`, ...lines, await run.logTails()].join('\n')
}

/** The sums of all sources, for what a test prints. */
export function totals(verdicts: ReadonlyMap<string, Verdict>): string {
  const sum = (of: (verdict: Verdict) => number) =>
    [...verdicts.values()].reduce((all, verdict) => all + of(verdict), 0)
  return [
    `published ${sum(({ published }) => published)}`,
    `dead letters ${sum(({ deadLetters }) => deadLetters.published)}`,
    `replaced unseen ${sum(({ replaced }) => replaced)}`,
  ].join(' · ')
}
