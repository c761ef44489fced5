import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import type { RingtailConfig } from '../../sandbox/ringtail-config.ts'

const root = join(import.meta.dirname, '../..')

/** A `ringtail run` whose exit status is of interest; a `RingtailProcess` does not say it. */
export interface GuardedRun extends AsyncDisposable {
  readonly config: RingtailConfig
  readonly pid: number
  readonly exitStatus: Promise<number>
}

/** Starts one that never outlives this process. Disposing of it kills it and removes its folder. */
export async function startGuardedRun(config: RingtailConfig): Promise<GuardedRun> {
  const command = [process.execPath, join(root, 'src/main.ts'), 'run', '--config', config.path]
  const guard = spawn('sh', [join(root, 'sandbox/jvm/guard.sh'), config.folder, ...command], {
    detached: true,
    stdio: ['pipe', 'pipe', 'ignore'],
    env: { PATH: process.env['PATH'] ?? '', ...config.environment },
  })
  const closed = once(guard, 'close')
  const lines = createInterface({ input: guard.stdout })[Symbol.asyncIterator]()
  const number = async (word: string): Promise<number> => {
    const line = String((await lines.next()).value)
    const said = line.startsWith(`${word} `) ? Number(line.slice(word.length)) : Number.NaN
    if (Number.isNaN(said)) throw new Error(`the guard says ${line}, not "${word} …"`)
    return said
  }
  const pid = await number('running')
  const exitStatus = number('ended')
  exitStatus.catch(() => {}) // Nobody may be waiting for it when the run is disposed of.
  return {
    config,
    pid,
    exitStatus,
    async [Symbol.asyncDispose]() {
      guard.stdin.end()
      await closed
    },
  }
}
