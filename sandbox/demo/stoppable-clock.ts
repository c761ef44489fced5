/** The real time, until it is stopped: a provider whose clock stands still shows nothing new any more. */
export class StoppableClock {
  #stoppedAtMs: number | undefined
  readonly now = (): number => this.#stoppedAtMs ?? Date.now()

  /** Stops the clock, and answers what it says from now on. */
  stop(): number {
    this.#stoppedAtMs ??= Date.now()
    return this.#stoppedAtMs
  }
}
