import { readFileSync } from 'node:fs'
import { dirname, resolve } from 'node:path'
import type { Provider } from '../model/provider.ts'
import type { Settings } from '../model/settings.ts'
import { ConfigError } from './fault.ts'
import { FaultLog } from './fault-log.ts'
import { fileSchema } from './file-schema.ts'
import { parseAt } from './parse-at.ts'
import { readYaml } from './read-yaml.ts'
import { settingsOf } from './settings-of.ts'
import { readSourceParts } from './source-parts.ts'
import { checkNames } from './source-rules.ts'
import { systemReason } from './system-reason.ts'
import { checkTopics } from './topic-rules.ts'
import { warningsOf } from './warnings.ts'

/** A configuration that can be used. */
export interface LoadedSettings {
  readonly settings: Settings
  /** What is allowed but seldom meant, one sentence each. */
  readonly warnings: readonly string[]
}

/** What a configuration is read from. */
export interface SettingsInput {
  /** The YAML file; the paths in it are relative to its folder. */
  readonly path: string
  readonly providers: readonly Provider<unknown>[]
  /** The environment that `${NAME}` reads, by default the process's own. */
  readonly env?: Readonly<Record<string, string | undefined>>
}

/** Reads the configuration. Throws `ConfigError` with every fault of it at once. */
export function loadSettings({ path, providers, env = process.env }: SettingsInput): LoadedSettings {
  const folder = dirname(resolve(path))
  const { tree, faults } = readYaml(readConfig(path), { env, folder })
  if (tree === undefined) throw new ConfigError(path, faults)
  const log = new FaultLog(tree, faults)
  const file = parseAt(fileSchema(providers, folder), { tree, log, path: [] })
  const parts = readSourceParts(tree, log, providers)
  checkNames(tree, log)
  checkTopics(tree, log)
  if (file === undefined || log.all.length > 0) throw new ConfigError(path, log.all)
  const settings = settingsOf(file, parts)
  return { settings, warnings: warningsOf(settings) }
}

function readConfig(path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch (error) {
    const fault = {
      path: '',
      reason: `can't read the configuration: ${systemReason(error)}`,
      hint: 'name another file with --config, or start from ringtail.example.yaml',
    }
    throw new ConfigError(path, [fault], error)
  }
}
