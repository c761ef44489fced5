import type { Provider } from '../model/provider.ts'
import type { ConfigTree } from './config-tree.ts'
import type { FaultLog } from './fault-log.ts'
import { parseAt } from './parse-at.ts'
import { checkMemory } from './source-rules.ts'
import { sourceKeys } from './source-section.ts'

/** What belongs to a source beside its common keys. */
export interface SourceParts {
  readonly provider: Provider<unknown>
  /** The provider's own keys as its schema made them. */
  readonly own: unknown
}

/**
 * Checks what depends on each source's provider, and gives the parts of those whose provider is known, in order. The
 * faults go to `log`.
 */
export function readSourceParts(
  tree: ConfigTree,
  log: FaultLog,
  providers: readonly Provider<unknown>[],
): SourceParts[] {
  const sources = tree.valueAt(['sources'])
  if (!Array.isArray(sources)) return []
  const commonKeys = Object.keys(sourceKeys(providers))
  return sources.flatMap((source: unknown, index) => {
    const provider = providers.find(({ name }) => name === tree.valueAt(['sources', index, 'provider']))
    if (provider === undefined || typeof source !== 'object' || source === null) return []
    checkMemory(tree, log, index, provider)
    const value = Object.fromEntries(Object.entries(source).filter(([key]) => !commonKeys.includes(key)))
    const own = parseAt(provider.settings, { tree, log, path: ['sources', index], value, otherKeys: commonKeys })
    return [{ provider, own }]
  })
}
