import { withAdmin } from '../kafka/admin.ts'
import { planTopics, type TopicPlan } from '../kafka/topics.ts'
import type { Settings } from '../model/settings.ts'
import { silentLog } from '../observe/log.ts'
import { type CheckResult, failure, type Report } from './result.ts'

/** Whether the brokers answer, and whether every topic is there and fit to be written to. */
export async function checkKafka(settings: Settings, report: Report): Promise<void> {
  try {
    await withAdmin(settings.kafka, settings.app.id, silentLog, async (admin) => {
      const { brokers, clusterId } = await admin.describeCluster()
      report({ check: 'kafka', ok: true, detail: `cluster ${clusterId}, brokers: ${brokers.length}` })
      const mayCreate = settings.kafka.createTopics !== false
      for (const plan of await planTopics(admin, settings)) report(topicResult(plan, mayCreate))
    })
  } catch (error) {
    report(failure('kafka', error))
  }
}

function topicResult(plan: TopicPlan, mayCreate: boolean): CheckResult {
  const { topic, partitions, replicationFactor } = plan.wanted
  const check = `topic ${topic}`
  switch (plan.action) {
    case 'ok':
      return { check, ok: true, detail: `${plan.partitions} partitions` }
    case 'create':
      if (mayCreate) {
        return {
          check,
          ok: true,
          detail: `will be created with ${partitions} partitions, replicas: ${replicationFactor}`,
        }
      }
      return {
        check,
        ok: false,
        detail: 'it does not exist, and kafka.createTopics is false',
        code: 'RT-TOPIC-MISSING',
        advice: 'Create it with `ringtail topics apply`, or set kafka.createTopics: true.',
      }
    case 'refuse':
      return { check, ok: false, detail: plan.reason, code: 'RT-TOPIC-REFUSED', advice: plan.advice }
    default:
      return plan satisfies never
  }
}
