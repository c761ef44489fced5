import { describe, expect, it } from 'vitest'
import { printFailure } from '../../src/commands/failure.ts'
import { ConfigError } from '../../src/config/fault.ts'
import { RingtailError } from '../../src/model/errors.ts'

function printed(error: unknown, isVerbose = false) {
  const lines: string[] = []
  const code = printFailure(error, { err: (text) => lines.push(text) }, isVerbose)
  return { code, text: lines.join('\n') }
}

describe('printFailure', () => {
  it('shows code, advice and runbook of an error that is understood', () => {
    const error = new RingtailError('the token was refused', {
      code: 'RT-AUTH-401',
      retryable: false,
      advice: 'Renew it.',
    })
    expect(printed(error)).toEqual({
      code: 1,
      text: 'error RT-AUTH-401: the token was refused\nRenew it.\nsee docs/runbooks/RT-AUTH-401.md',
    })
  })

  it('lists the faults of a configuration', () => {
    const faults = [
      { path: 'log', line: 2, column: 3, reason: 'expected a mapping of keys' },
      { path: 'lag', line: 4, column: 1, reason: 'unknown key', hint: 'did you mean "log"?' },
    ]
    expect(printed(new ConfigError('a.yaml', faults))).toEqual({
      code: 78,
      text: `error: the configuration has 2 faults
a.yaml:2:3 log: expected a mapping of keys
a.yaml:4:1 lag: unknown key; did you mean "log"?`,
    })
  })

  it('shows the stack of other errors only when asked', () => {
    const error = new Error('odd', { cause: new Error('deeper') })
    expect(printed(error).text).toBe('error: odd\nrun it again with --verbose to see where this comes from')
    expect(printed(error, true).text).toMatch(/failure\.test\.ts[\s\S]*deeper/)
    expect(printed('odd')).toMatchObject({ code: 1 })
  })
})
