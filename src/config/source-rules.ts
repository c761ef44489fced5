import type { Provider } from '../model/provider.ts'
import type { ConfigTree, KeyPath } from './config-tree.ts'
import { durationText } from './duration.ts'
import type { FaultLog } from './fault-log.ts'
import { peekAt } from './parse-at.ts'
import { timingKeys } from './source-section.ts'

/** Logs the sources that have the name of an earlier one, since a name is the key of a source's state. */
export function checkNames(tree: ConfigTree, log: FaultLog): void {
  const sources = tree.valueAt(['sources'])
  const sourceCount = Array.isArray(sources) ? sources.length : 0
  const first = new Map<unknown, number>()
  for (let index = 0; index < sourceCount; index++) {
    const path = ['sources', index, 'name']
    const name = tree.placeOf(path)?.isUnresolved === true ? undefined : tree.valueAt(path)
    const earlier = first.get(name)
    if (name === undefined) continue
    if (earlier === undefined) first.set(name, index)
    else log.add(path, `sources.${earlier} has this name as well`, 'every source needs a name of its own')
  }
}

/**
 * Logs the sources that read again what they no longer remember: every record older than their memory would be
 * published again, at each recheck.
 */
export function checkMemory(tree: ConfigTree, log: FaultLog, index: number, provider: Provider<unknown>): void {
  const recheck = firstGiven(tree, index, 'recheck')
  const rememberFor = firstGiven(tree, index, 'rememberFor')
  const horizons = recheck === undefined ? provider.timing.recheck : peekAt(timingKeys.recheck, tree, recheck)
  const memoryMs =
    rememberFor === undefined ? provider.timing.rememberForMs : peekAt(timingKeys.rememberFor, tree, rememberFor)
  if (horizons === undefined || memoryMs === undefined) return
  const furthestMs = Math.max(0, ...horizons.map(({ backMs }) => backMs))
  if (furthestMs <= memoryMs) return
  log.add(
    recheck ?? rememberFor ?? ['sources', index],
    `a recheck reaches back ${durationText(furthestMs)}, but rows are remembered for ${durationText(memoryMs)} only`,
    'make `rememberFor` longer or `back` shorter',
  )
}

/** Where a timing key of a source is said: in the source or in `defaults`; undefined where the provider's is taken. */
function firstGiven(tree: ConfigTree, index: number, key: keyof typeof timingKeys): KeyPath | undefined {
  return [
    ['sources', index, key],
    ['defaults', key],
  ].find((path) => tree.valueAt(path) !== undefined)
}
