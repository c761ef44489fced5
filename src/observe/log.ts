import { type DestinationStream, type Logger, pino } from 'pino'
import { causeOf, RingtailError } from '../model/errors.ts'
import type { Settings } from '../model/settings.ts'

export type Log = Logger

/** Field names whose values are never written, wherever a caller may put them. */
const redactedPaths = [
  ...[
    'authorization',
    'Authorization',
    'cookie',
    'token',
    'accessToken',
    'password',
    'secret',
    'clientSecret',
    'apiKey',
  ],
  ...['key', 'rawText', 'value'],
].flatMap((name) => [name, `*.${name}`, `*.*.${name}`])

/**
 * The log: JSON lines on standard output. Errors are written as code, message, advice and chain of causes, without
 * properties that libraries hang on them, since those may hold requests with credentials.
 */
export function createLog(level: Settings['log']['level'], destination?: DestinationStream): Log {
  const options = {
    level,
    base: { service: 'ringtail' },
    timestamp: () => `,"time":"${new Date().toISOString()}"`,
    formatters: { level: (label: string) => ({ level: label }) },
    redact: { paths: redactedPaths, censor: '[redacted]' },
    serializers: { err: describeError },
  }
  return destination === undefined ? pino(options) : pino(options, destination)
}

/** What a log line says of an error. */
export function describeError(error: unknown): object {
  const known = causeOf(error, RingtailError)
  return {
    message: messages(error).join(': '),
    ...(known === undefined ? {} : { code: known.code, advice: known.advice }),
    ...(known === undefined && error instanceof Error ? { type: error.name, stack: error.stack } : {}),
  }
}

function messages(error: unknown): string[] {
  const said: string[] = []
  for (let at: unknown = error, depth = 0; at !== undefined && depth < 8; depth++) {
    const message = at instanceof Error ? at.message : typeof at === 'string' ? at : 'something that is not an error'
    if (!said.some((other) => other.includes(message))) said.push(message)
    at = at instanceof Error ? at.cause : undefined
  }
  return said
}

/** A log that nobody reads, for commands that print what matters themselves. */
export const silentLog: Log = pino({ level: 'silent' })
