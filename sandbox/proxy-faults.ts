/** What happens to one message on its way. */
export type Verdict = 'pass' | 'drop'

/** What goes wrong on the way through a proxy; nothing unless told. Requests are named by Kafka's api keys. */
export class ProxyFaults {
  readonly #requestsToDrop: number[] = []
  readonly #answersToDrop: number[] = []
  readonly #delaysMs = new Map<number | undefined, number>()
  #refuses = false
  #dropped = 0

  /** How many messages were dropped. */
  get dropped(): number {
    return this.#dropped
  }

  /** Whether new connections are closed at once. */
  get refuses(): boolean {
    return this.#refuses
  }

  /** The next request of this kind does not reach its broker, and its connection is closed. */
  dropNextRequest(apiKey: number): void {
    this.#requestsToDrop.push(apiKey)
  }

  /** The next request of this kind reaches its broker; the answer is dropped and then the connection closed. */
  dropNextAnswer(apiKey: number): void {
    this.#answersToDrop.push(apiKey)
  }

  /** Holds every answer back, or those to one kind of request; on one connection one after another. 0 ends it. */
  delayAnswers(delayMs: number, apiKey?: number): void {
    this.#delaysMs.set(apiKey, delayMs)
  }

  /** Closes new connections at once, or lets them in again. */
  refuseConnections(refuses: boolean): void {
    this.#refuses = refuses
  }

  /** Judges a request of this kind; called once for each. */
  judgeRequest(apiKey: number): Verdict {
    return this.#take(this.#requestsToDrop, apiKey)
  }

  /** Judges the answer to a request of this kind; called once for each. */
  judgeAnswer(apiKey: number): Verdict {
    return this.#take(this.#answersToDrop, apiKey)
  }

  /** How long the answer to a request of this kind waits. */
  answerDelayMs(apiKey: number): number {
    return this.#delaysMs.get(apiKey) ?? this.#delaysMs.get(undefined) ?? 0
  }

  #take(orders: number[], apiKey: number): Verdict {
    const index = orders.indexOf(apiKey)
    if (index < 0) return 'pass'
    orders.splice(index, 1)
    this.#dropped += 1
    return 'drop'
  }
}
