/** Time as the http room needs it, so that tests can turn it by hand. Milliseconds. */
export interface Clock {
  /** Never goes back. Only differences mean something. */
  now(): number
  /** Calls `act` once `ms` have passed; the function that is returned calls it off. */
  after(ms: number, act: () => void): () => void
}

/** A timer of Node fires at once when it is asked to wait for longer. */
const longestTimerMs = 2_147_483_647

/** The time of this machine, by its monotonic clock. A timer may be early by a rounding: ask `now` again. */
export const systemClock: Clock = {
  now: () => performance.now(),
  after(ms, act) {
    const timer = setTimeout(act, Math.min(Math.ceil(ms), longestTimerMs))
    return () => clearTimeout(timer)
  },
}
