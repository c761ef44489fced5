import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { promisify } from 'node:util'

const run = promisify(execFile)
const downloadTimeoutMs = 300_000

/** Maven's project file of the sandbox: names Kafka's version and pins the plug-ins that fetch jars. */
export const pomPath = join(import.meta.dirname, 'pom.xml')

/** Runs Maven with `args` on the sandbox's project file; throws with what Maven said when it fails. */
export async function maven(...args: readonly string[]): Promise<void> {
  try {
    await run('mvn', ['-q', '-B', '-f', pomPath, ...args], { timeout: downloadTimeoutMs })
  } catch (error) {
    throw new Error(`mvn ${args.join(' ')} failed:\n${saidBy(error)}`, { cause: error })
  }
}

/** Maven reports on standard output; without any, it did not start or did not end in time. */
function saidBy(error: unknown): string {
  const stdout = error instanceof Error && 'stdout' in error ? error.stdout : undefined
  return typeof stdout === 'string' && stdout !== '' ? stdout.trim() : String(error)
}

/** Whether Maven is installed. */
export function hasMaven(): Promise<boolean> {
  return run('mvn', ['--version']).then(
    () => true,
    () => false,
  )
}
