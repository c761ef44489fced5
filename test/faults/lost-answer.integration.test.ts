import { expect, inject, test } from 'vitest'
import { poll } from '../../sandbox/jvm/poll.ts'
import { apiKeys } from '../../sandbox/kafka-wire.ts'
import { Random } from '../../sandbox/providers/random.ts'
import { startProxy } from '../../sandbox/proxy.ts'
import { expectNothingLeaked } from './canary.ts'
import { FaultRun, oddCalls } from './fault-run.ts'
import { figure } from './metrics.ts'
import { seed, seeded } from './seed.ts'
import { expectRight, totals } from './verdict.ts'

const drops = 6

test(seeded('publishes once where the answer to a commit is lost'), { timeout: 180_000 }, async () => {
  const proxy = await startProxy({ brokers: inject('kafkaBrokers') })
  await using _ = { [Symbol.asyncDispose]: () => proxy.stop() }
  const nowMs = Date.now()
  await using run = await FaultRun.open({
    name: 'lost-answer',
    ringtailBrokers: proxy.brokers,
    pageRows: 100,
    simulator: {
      history: { ...oddCalls, count: 3_000, fromMs: nowMs - 5 * 60_000, toMs: nowMs - 1_000, visibleByMs: nowMs },
    },
  })
  const ringtail = await run.startRingtail()
  run.startTraffic({ perSecond: 200 })
  await run.watch()

  const random = new Random(`lost answers ${seed}`)
  const lost = { answers: 0, requests: 0 }
  for (let index = 0; index < drops; index++) {
    await run.published(random.integer(20, 400))
    // Mostly the commit happens and nobody hears of it; now and then it does not happen, which looks the same.
    const what = index % 3 === 2 ? 'requests' : 'answers'
    const { dropped } = proxy.rules
    if (what === 'answers') proxy.rules.dropNextAnswer(apiKeys.endTxn)
    else proxy.rules.dropNextRequest(apiKeys.endTxn)
    lost[what]++
    await poll('the end of a transaction', () => proxy.rules.dropped > dropped || undefined, { everyMs: 5 })
  }
  await run.published(100)
  const verdicts = await expectRight(run)
  const unknown = await figure(ringtail, 'transactions_total', { outcome: 'unknown' })
  expect(unknown).toBeGreaterThan(0)
  await expectNothingLeaked(run)
  console.info(
    `lost: ${lost.answers} answers and ${lost.requests} requests to end a transaction · outcome unknown ${unknown} · ${totals(verdicts)}`,
  )
})
