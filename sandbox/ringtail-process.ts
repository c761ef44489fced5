import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { GuardedProcess } from './jvm/guarded-process.ts'
import { poll } from './jvm/poll.ts'
import type { RingtailConfig } from './ringtail-config.ts'

const mainPath = join(import.meta.dirname, '..', 'src', 'main.ts')
/** Ringtail promises to be gone so long after SIGTERM. */
const stopWithinMs = 30_000

/**
 * A real `ringtail run` as a process of its own, which can be killed and started again.
 *
 * It ends with this process, however that ends. Its log goes to a file beside its configuration.
 */
export class RingtailProcess {
  readonly config: RingtailConfig
  readonly #process: GuardedProcess

  private constructor(config: RingtailConfig, process: GuardedProcess) {
    this.config = config
    this.#process = process
  }

  /** Starts it and does not wait until it is ready. From now on the configuration's folder is its own to remove. */
  static async start(config: RingtailConfig): Promise<RingtailProcess> {
    const command = [process.execPath, mainPath, 'run', '--config', config.path]
    return new RingtailProcess(config, await GuardedProcess.start(config.folder, command, config.environment))
  }

  get pid(): number {
    return this.#process.pid
  }

  get running(): boolean {
    return this.#process.running
  }

  /** Settles when it has ended; at once if it does not run. */
  get ended(): Promise<void> {
    return this.#process.ended
  }

  /** Resolves when `/readyz` says 200. Throws with the end of its log if it ends before, or is not ready in time. */
  async ready(withinMs = 60_000): Promise<void> {
    try {
      await poll('ringtail is ready', () => this.#isReady(), { withinMs })
    } catch (cause) {
      const reason = cause instanceof Error ? cause.message : String(cause)
      throw new Error(`${reason}\n${await this.logTail()}`, { cause })
    }
  }

  /** Sends a signal and resolves when the process has ended. */
  async kill(signal: NodeJS.Signals): Promise<void> {
    this.#process.signal(signal)
    await this.#process.ended
  }

  /** Starts it again after it has ended, with the same configuration. */
  startAgain(): Promise<void> {
    return this.#process.runAgain()
  }

  /** The last `count` lines of its log. */
  logTail(count = 30): Promise<string> {
    return this.#process.logTail(count)
  }

  /** SIGTERM, SIGKILL if that does not do, and its folder removed; true if SIGTERM was enough. */
  async stop(): Promise<boolean> {
    this.#process.signal('SIGTERM')
    const timer = new AbortController()
    await Promise.race([this.#process.ended, sleep(stopWithinMs, undefined, { signal: timer.signal }).catch(() => {})])
    timer.abort()
    const ended = !this.#process.running
    await this.#process.remove()
    return ended
  }

  async #isReady(): Promise<true | undefined> {
    if (!this.#process.running) throw new Error('ringtail ended')
    try {
      const answer = await fetch(`${this.config.adminUrl}/readyz`, { signal: AbortSignal.timeout(2_000) })
      await answer.body?.cancel()
      return answer.ok || undefined
    } catch {
      return undefined
    }
  }
}
