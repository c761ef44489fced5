import type { LoadedSettings } from '../config/load.ts'
import { withAdmin } from '../kafka/admin.ts'
import { strimziTopics } from '../kafka/strimzi.ts'
import { applyTopics, planTopics, type TopicPlan, wantedTopics } from '../kafka/topics.ts'
import { silentLog } from '../observe/log.ts'
import { exitCode } from './exit-code.ts'
import type { Io } from './io.ts'
import { textTable } from './table.ts'

/** A cluster that loses nothing when a broker is lost has as many. */
const usualBrokers = 3

/** How topics are described: as a plan for this cluster, or as Strimzi's resources. */
export type TopicFormat = 'kafka' | 'strimzi'

/** `ringtail topics plan`: what `apply` would do. Exit 1 where a topic can't be used. */
export async function runTopicsPlan({ settings }: LoadedSettings, format: TopicFormat, io: Io): Promise<number> {
  if (format === 'strimzi') {
    // No cluster is asked, and kafka.brokers may name one address for many brokers.
    io.out(strimziTopics(wantedTopics(settings, usualBrokers)))
    return exitCode.done
  }
  const plan = await withAdmin(settings.kafka, settings.app.id, silentLog, (admin) => planTopics(admin, settings))
  print(plan, io)
  return plan.some(({ action }) => action === 'refuse') ? exitCode.failed : exitCode.done
}

/** `ringtail topics apply`: creates what is missing, and changes nothing that is there. */
export async function runTopicsApply({ settings }: LoadedSettings, io: Io): Promise<number> {
  const plan = await withAdmin(settings.kafka, settings.app.id, silentLog, async (admin) => {
    const planned = await planTopics(admin, settings)
    await applyTopics(admin, planned)
    return planned
  })
  print(plan, io)
  const created = plan.filter(({ action }) => action === 'create').length
  if (!io.json) io.err(created === 0 ? 'nothing was missing' : `${created} topics were created`)
  return exitCode.done
}

function print(plan: readonly TopicPlan[], io: Io): void {
  if (io.json) {
    io.out(
      JSON.stringify(
        plan.map((topic) => ({ ...topic.wanted, action: topic.action, reason: reason(topic) })),
        null,
        2,
      ),
    )
    return
  }
  const rows = plan.map((topic) => [
    topic.action,
    topic.wanted.topic,
    String(topic.action === 'ok' ? topic.partitions : topic.wanted.partitions),
    topic.wanted.config['cleanup.policy'] ?? '',
    reason(topic),
  ])
  io.out(textTable({ head: ['action', 'topic', 'partitions', 'cleanup', 'why'], rows, figures: [2] }))
}

function reason(topic: TopicPlan): string {
  return topic.action === 'refuse' ? `${topic.reason}. ${topic.advice}` : ''
}
