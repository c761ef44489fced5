import { checkKafka } from '../checks/kafka.ts'
import { checkRegistry } from '../checks/registry.ts'
import type { CheckResult } from '../checks/result.ts'
import { checkSources } from '../checks/sources.ts'
import type { LoadedSettings } from '../config/load.ts'
import { exitCode } from './exit-code.ts'
import type { Io } from './io.ts'

/**
 * `ringtail check`: asks every provider, broker and registry what `run` would need, and changes nothing. A line a
 * check, as each is answered.
 */
export async function runCheck({ settings, warnings }: LoadedSettings, io: Io): Promise<number> {
  for (const warning of warnings) io.err(`warning: ${warning}`)
  let failed = 0
  const report = (result: CheckResult): void => {
    if (!result.ok) failed++
    if (io.json) io.out(JSON.stringify(result))
    else for (const line of lines(result)) io.out(line)
  }
  report({ check: 'configuration', ok: true, detail: `sources: ${settings.sources.length}` })
  await checkKafka(settings, report)
  await checkRegistry(settings, report)
  await checkSources(settings, report, io.signal)
  if (!io.json) io.err(failed === 0 ? 'all is well: `ringtail run` can start' : `checks that failed: ${failed}`)
  return failed === 0 ? exitCode.done : exitCode.failed
}

function lines({ check, ok, detail, code, advice }: CheckResult): string[] {
  if (ok) return [`ok    ${check}: ${detail}`]
  return [`FAIL  ${check}: ${detail}${code === undefined ? '' : ` [${code}]`}`, `      ${advice ?? ''}`]
}
