import { inspect } from 'node:util'
import { ConfigError, faultLine } from '../config/fault.ts'
import { RingtailError } from '../model/errors.ts'
import { exitCode } from './exit-code.ts'
import type { Io } from './io.ts'

/**
 * Tells people why a command failed and what to do, and gives the exit code for it. Stacks and causes are shown only
 * when `isVerbose`.
 */
export function printFailure(error: unknown, io: Pick<Io, 'err'>, isVerbose: boolean): number {
  for (const line of failureLines(error)) io.err(line)
  if (isVerbose) io.err(inspect(error))
  else if (!isUnderstood(error)) io.err('run it again with --verbose to see where this comes from')
  return error instanceof ConfigError ? exitCode.wrongConfiguration : exitCode.failed
}

function failureLines(error: unknown): string[] {
  if (error instanceof ConfigError) {
    const count = error.faults.length
    return [
      `error: the configuration has ${count} ${count === 1 ? 'fault' : 'faults'}`,
      ...error.faults.map((fault) => faultLine(error.file, fault)),
    ]
  }
  if (error instanceof RingtailError) {
    return [`error ${error.code}: ${error.message}`, error.advice, `see docs/runbooks/${error.code}.md`]
  }
  return [`error: ${error instanceof Error ? error.message : String(error)}`]
}

function isUnderstood(error: unknown): boolean {
  return error instanceof ConfigError || error instanceof RingtailError
}
