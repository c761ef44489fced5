import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { onTestFinished } from 'vitest'
import { ConfigError, faultLine } from '../../src/config/fault.ts'
import { type LoadedSettings, loadSettings } from '../../src/config/load.ts'
import { either, fake, other } from './fake-provider.ts'

/** What a test's configuration is read from. */
export interface TestInput {
  readonly env?: Readonly<Record<string, string>>
  /** Files beside the configuration, by name. */
  readonly files?: Readonly<Record<string, string>>
}

/** Loads a configuration from its text, with the fake providers. */
export function loadText(text: string, { env = {}, files = {} }: TestInput = {}): LoadedSettings {
  const folder = mkdtempSync(join(tmpdir(), 'ringtail-config-'))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  for (const [name, content] of Object.entries(files)) writeFileSync(join(folder, name), content)
  const path = join(folder, 'ringtail.yaml')
  writeFileSync(path, text)
  return loadSettings({ path, env, providers: [fake, other, either] })
}

/** The faults of a configuration as they are printed, its file shown as `ringtail.yaml`. */
export function faultsOf(text: string, input: TestInput = {}): string[] {
  try {
    loadText(text, input)
    return []
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error
    return error.faults.map((fault) => faultLine('ringtail.yaml', fault))
  }
}

/** A configuration that is right, with one source; `more` stands at its end, inside the source. */
export function configWith(more: string): string {
  return `${base}${more.replaceAll(/^(?=.)/gm, '    ')}\n`
}

/** A configuration that is right up to its sources, in 5 lines. */
export const head = `kafka:
  brokers: [127.0.0.1:9092]
schemaRegistry:
  url: http://127.0.0.1:8081
sources:
`

const base = `${head}  - name: main
    provider: fake
    apiKey: k-1
`
