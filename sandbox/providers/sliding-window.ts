/** Counts what happened within the last `lengthMs`; times must not go back. */
export class SlidingWindow {
  /** The most that ever happened within any window of this length. */
  max = 0
  readonly #lengthMs: number
  #times: number[] = []
  #first = 0

  constructor(lengthMs: number) {
    this.#lengthMs = lengthMs
  }

  /** How many happened within the window that ends at `nowMs`. */
  count(nowMs: number): number {
    while ((this.#times[this.#first] ?? Number.POSITIVE_INFINITY) <= nowMs - this.#lengthMs) this.#first++
    if (this.#first > 4096) {
      this.#times = this.#times.slice(this.#first)
      this.#first = 0
    }
    return this.#times.length - this.#first
  }

  /** Notes that it happened at `nowMs`, and answers how many there are in the window now. */
  add(nowMs: number): number {
    this.#times.push(nowMs)
    const count = this.count(nowMs)
    this.max = Math.max(this.max, count)
    return count
  }

  /** Milliseconds from `nowMs` until the oldest of the window has left it; 0 if it is empty. */
  untilOldestLeavesMs(nowMs: number): number {
    this.count(nowMs)
    const oldest = this.#times[this.#first]
    return oldest === undefined ? 0 : oldest + this.#lengthMs - nowMs
  }
}
