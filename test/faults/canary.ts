import { expect } from 'vitest'
import type { CallRecord } from '../../sandbox/providers/carrierx/record.ts'
import type { RingtailConfig } from '../../sandbox/ringtail-config.ts'
import type { FaultRun } from './fault-run.ts'
import { logText } from './log-text.ts'
import { metricsText } from './metrics.ts'

/** Shorter ones, such as extensions, occur by chance. */
const leastDigits = 10
const everyRecord = 40
const mostNumbers = 400

/**
 * Expects the credentials, and a sample of the phone numbers that the providers showed, in no log and no metrics of
 * the run's processes, nor of others with these configurations.
 */
export async function expectNothingLeaked(run: FaultRun, others: readonly RingtailConfig[] = []): Promise<void> {
  const canaries = run.accounts.flatMap(({ simulator }) => [simulator.token, ...phoneNumbers(simulator)])
  expect(canaries.length).toBeGreaterThan(run.accounts.length * 5)
  const configs = [...run.ringtails.map(({ config }) => config), ...others]
  for (const config of configs) {
    const log = await logText(config)
    expect(log).toContain('"service":"ringtail"')
    const texts = { log, metrics: await metricsText({ config }) }
    for (const [name, text] of Object.entries(texts)) {
      const leaked = canaries.filter((canary) => text.includes(canary))
      expect(leaked, `in the ${name} of ${config.adminUrl}`).toEqual([])
    }
  }
}

function phoneNumbers({ world }: FaultRun['accounts'][number]['simulator']): string[] {
  const numbers = new Set<string>()
  let at = 0
  for (const { versions } of world.truth.records()) {
    if (at++ % everyRecord !== 0) continue
    if (numbers.size >= mostNumbers) break
    for (const { raw } of versions) {
      const { number_src, number_dst, number_external } = raw as CallRecord
      for (const number of [number_src, number_dst, number_external]) {
        const digits = /\d+/.exec(number)?.[0] ?? ''
        if (digits.length >= leastDigits) numbers.add(digits)
      }
    }
  }
  return [...numbers]
}
