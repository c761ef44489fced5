import { setTimeout as sleep } from 'node:timers/promises'
import { poll } from '../../sandbox/jvm/poll.ts'
import type { Random } from '../../sandbox/providers/random.ts'
import type { RingtailProcess } from '../../sandbox/ringtail-process.ts'
import { partitionOf } from '../../src/kafka/partition-of.ts'
import type { FaultRun } from './fault-run.ts'
import { isTransactionOpen } from './open-transaction.ts'

const defaultCheckpointPartitions = 32

/** The checkpoint partition of a source: every transaction of the source writes to it. */
export function checkpointPartition(source: string): number {
  return partitionOf(source, defaultCheckpointPartitions)
}

/** Whether a transaction of the run's first source is open. */
export function isOpen(run: FaultRun): Promise<boolean> {
  const topic = run.ringtails[0]?.config.topics.checkpoints ?? ''
  return isTransactionOpen(run.brokers[0] ?? '', topic, checkpointPartition(run.accounts[0]?.source ?? ''))
}

/** Stops the process (SIGSTOP) in the middle of a transaction: tries again and again until one is open. */
export async function freezeInTransaction(run: FaultRun, ringtail: RingtailProcess, random: Random): Promise<void> {
  await poll(
    'a transaction to be open',
    async () => {
      process.kill(ringtail.pid, 'SIGSTOP')
      if (await isOpen(run)) return true
      process.kill(ringtail.pid, 'SIGCONT')
      await sleep(random.integer(1, 20))
      return undefined
    },
    { withinMs: 60_000, everyMs: 1 },
  )
}
