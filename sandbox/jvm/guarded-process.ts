import { type ChildProcessByStdio, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import type { Readable, Writable } from 'node:stream'

const guardScript = join(import.meta.dirname, 'guard.sh')

/** An empty folder of its own in the system's temporary folder, named after `name`. */
export function temporaryFolder(name: string): Promise<string> {
  return mkdtemp(join(tmpdir(), `ringtail-${name}-`))
}

/**
 * A command that never outlives this process, and that can be run again in its folder after it ended.
 *
 * `guard.sh` kills it and removes the folder as soon as this process ends, even by SIGKILL.
 */
export class GuardedProcess {
  readonly folder: string
  readonly #guard: ChildProcessByStdio<Writable, Readable, null>
  readonly #lines: AsyncIterator<string>
  readonly #removed: Promise<unknown>
  #pid = 0
  #running = false
  #ended: Promise<void> = Promise.resolve()

  private constructor(folder: string, command: readonly string[], environment: Readonly<Record<string, string>>) {
    this.folder = folder
    this.#guard = spawn('sh', [guardScript, folder, ...command], {
      // Its own process group: Ctrl-C in a terminal reaches this process only, which then decides.
      detached: true,
      stdio: ['pipe', 'pipe', 'ignore'],
      env: { PATH: process.env['PATH'] ?? '', ...environment },
    })
    this.#removed = once(this.#guard, 'close')
    // A guard that is gone shows as the end of its output; the pipe's own error says nothing more.
    this.#guard.stdin.on('error', () => {})
    this.#lines = createInterface({ input: this.#guard.stdout })[Symbol.asyncIterator]()
  }

  /** Runs `command` with nothing in its environment but PATH and `environment`, logging to `log` in `folder`. */
  static async start(
    folder: string,
    command: readonly string[],
    environment: Readonly<Record<string, string>> = {},
  ): Promise<GuardedProcess> {
    const guarded = new GuardedProcess(folder, command, environment)
    await guarded.#begin()
    return guarded
  }

  /** The process id of the latest run. */
  get pid(): number {
    return this.#pid
  }

  /** Whether the command runs, as far as is known here. */
  get running(): boolean {
    return this.#running
  }

  /** Settles when the present run has ended; at once if none runs. */
  get ended(): Promise<void> {
    return this.#ended
  }

  /** Sends a signal to the command; does nothing when it has ended. */
  signal(name: NodeJS.Signals): void {
    if (!this.#running) return
    try {
      process.kill(this.#pid, name)
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error
    }
  }

  /** Runs the command again in the same folder, once the present run has ended. */
  async runAgain(): Promise<void> {
    await this.#ended
    this.#guard.stdin.write('again\n')
    await this.#begin()
  }

  /** Kills the command if it runs and removes its folder. */
  async remove(): Promise<void> {
    this.#guard.stdin.end()
    await this.#removed
  }

  /** The last `count` lines that the command wrote. */
  async logTail(count = 30): Promise<string> {
    const log = await readFile(join(this.folder, 'log'), 'utf8')
    return log.trimEnd().split('\n').slice(-count).join('\n')
  }

  async #begin(): Promise<void> {
    const { done, value } = await this.#lines.next()
    const pid = /^running (\d+)$/.exec(done ? '' : value)?.[1]
    if (pid === undefined) throw new Error(`${guardScript} ended before it started its command`)
    this.#pid = Number(pid)
    this.#running = true
    this.#ended = this.#lines.next().then(() => {
      this.#running = false
    })
  }
}
