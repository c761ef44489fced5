import { SlidingWindow } from './sliding-window.ts'

/** What a simulator was asked, and what it did about it. */
export interface SimulatorStats {
  readonly requests: number
  /** By status as sent; an answer that was cut short counts as what its head said. */
  readonly byStatus: Readonly<Record<string, number>>
  readonly byQuestion: Readonly<Record<string, number>>
  /** The most requests in any window of one second, in all and by question. */
  readonly maxPerSecond: number
  readonly maxPerSecondByQuestion: Readonly<Record<string, number>>
  /** Bytes of bodies, as they were meant to be sent. */
  readonly bytes: number
  readonly faults: Readonly<Record<string, number>>
  /** Requests over the quota: they are part of the 429s. */
  readonly overQuota: number
  /** Requests that went where a spoilt link led, rather than to the API. */
  readonly strayRequests: number
}

/** Counts requests. */
export class RequestLog {
  overQuota = 0
  strayRequests = 0
  #requests = 0
  #bytes = 0
  readonly #byStatus: Record<string, number> = {}
  readonly #perSecond = new SlidingWindow(1000)
  readonly #questions = new Map<string, { requests: number; readonly perSecond: SlidingWindow }>()

  /** Notes a request as it arrives. */
  arrived(nowMs: number): void {
    this.#requests++
    this.#perSecond.add(nowMs)
  }

  /** Notes what a request turned out to ask. */
  asked(question: string, nowMs: number): void {
    const entry = this.#questions.get(question) ?? { requests: 0, perSecond: new SlidingWindow(1000) }
    this.#questions.set(question, entry)
    entry.requests++
    entry.perSecond.add(nowMs)
  }

  /** Notes what was sent. */
  answered(status: number, bytes: number): void {
    this.#byStatus[status] = (this.#byStatus[status] ?? 0) + 1
    this.#bytes += bytes
  }

  /** The counts so far, with `faults` as counted by whoever injects them. */
  stats(faults: Readonly<Record<string, number>>): SimulatorStats {
    const questions = [...this.#questions]
    return {
      requests: this.#requests,
      byStatus: { ...this.#byStatus },
      byQuestion: Object.fromEntries(questions.map(([name, { requests }]) => [name, requests])),
      maxPerSecond: this.#perSecond.max,
      maxPerSecondByQuestion: Object.fromEntries(questions.map(([name, { perSecond }]) => [name, perSecond.max])),
      bytes: this.#bytes,
      faults: { ...faults },
      overQuota: this.overQuota,
      strayRequests: this.strayRequests,
    }
  }
}
