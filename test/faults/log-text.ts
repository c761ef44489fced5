import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { poll } from '../../sandbox/jvm/poll.ts'
import type { RingtailConfig } from '../../sandbox/ringtail-config.ts'

/** Everything that the processes of a configuration have logged, one run after the other. */
export function logText({ folder }: RingtailConfig): Promise<string> {
  return readFile(join(folder, 'log'), 'utf8')
}

/** Resolves once something that matches is logged, `from` this place in the log on. */
export async function logged(config: RingtailConfig, pattern: RegExp, from = 0, withinMs = 60_000): Promise<void> {
  await poll(`${pattern} in the log`, async () => pattern.test((await logText(config)).slice(from)) || undefined, {
    withinMs,
    everyMs: 10,
  })
}
