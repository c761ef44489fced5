import { type ConfigTree, pathText } from './config-tree.ts'
import type { FaultLog } from './fault-log.ts'
import { topicsSection } from './kafka-section.ts'
import { peekAt } from './parse-at.ts'
import { kafkaName } from './scalars.ts'
import { topicNames } from './topic-names.ts'

/** Logs topics that have the name of an earlier one: each holds one kind of record with one schema. */
export function checkTopics(tree: ConfigTree, log: FaultLog): void {
  const appId = tree.valueAt(['app', 'id'])
  const standard = topicNames(typeof appId === 'string' ? appId : 'ringtail', topicsSection.parse({}))
  const first = new Map<string, string>()
  for (const [key, standardName] of Object.entries(standard)) {
    const path = ['kafka', 'topics', key]
    const name = peekAt(kafkaName, tree, path) ?? standardName
    const earlier = first.get(name)
    if (earlier === undefined) first.set(name, pathText(path))
    else log.add(path, `${earlier} has this name as well`, 'every topic needs a name of its own')
  }
}
