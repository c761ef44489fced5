const windowMs = 1_000

/** Lets as many lines through as a person can read, and counts the rest. */
export class LineBudget {
  readonly #perSecond: number
  readonly #write: (line: string) => void
  readonly #timer: NodeJS.Timeout
  #written = 0
  #held = 0

  /** At most `perSecond` lines are written a second, and one that says how many more there were. */
  constructor(perSecond: number, write: (line: string) => void) {
    this.#perSecond = perSecond
    this.#write = write
    this.#timer = setInterval(() => this.#renew(), windowMs)
  }

  /** Writes the line that `line` makes, unless enough were written within this second. */
  add(line: () => string): void {
    if (this.#written++ < this.#perSecond) this.#write(line())
    else this.#held++
  }

  /** Says how many lines were held back last, and ends. */
  close(): void {
    clearInterval(this.#timer)
    this.#renew()
  }

  #renew(): void {
    if (this.#held > 0) this.#write(`… and ${this.#held} more`)
    this.#written = 0
    this.#held = 0
  }
}
