import type { Settings } from '../model/settings.ts'
import { isLoopback } from './scalars.ts'

/** What is allowed in the settings but seldom meant, one sentence each. */
export function warningsOf({ kafka, schemaRegistry, sources }: Settings): string[] {
  const warnings: string[] = []
  if (kafka.sasl !== undefined && kafka.tls === undefined) {
    warnings.push('kafka.sasl is set without kafka.tls: credentials and events travel unencrypted')
  }
  const { url, password } = schemaRegistry
  if (password !== undefined && /^http:/i.test(url) && !isLoopback(url)) {
    warnings.push('schemaRegistry.url is http: the password travels unencrypted')
  }
  if (sources.length === 0) warnings.push('sources is empty: there is nothing to read')
  const owners = new Map<string, string>()
  for (const { name, account, provider } of sources) {
    const identity = `${provider.name}|${account}`
    const owner = owners.get(identity)
    if (owner === undefined) owners.set(identity, name)
    else warnings.push(`sources ${owner} and ${name} are the same account of ${provider.name}: event ids may repeat`)
  }
  return warnings
}
