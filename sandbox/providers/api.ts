import type { IncomingHttpHeaders } from 'node:http'
import { type Answer, errorAnswer } from './answer.ts'

/** A request to a simulated provider. */
export interface ApiRequest {
  readonly method: string
  /** The whole address, as the client wrote it. */
  readonly url: URL
  readonly headers: IncomingHttpHeaders
  readonly body: Buffer
}

/** What a request asks, and how it is answered. */
export interface Question<Spoil extends string> {
  /** A word for requests of this kind: the bound on faults in a row and the statistics go by it. */
  readonly kind: string
  /** The provider's own faults that would show in this answer. */
  spoils(): readonly Spoil[]
  /** The answer, spoilt by one of `spoils()` if given; may throw a `Refusal`. */
  answer(spoil: Spoil | undefined): Answer
}

/** The provider-specific half of a simulator. */
export interface SimulatedApi<Spoil extends string> {
  /** Understands a request; throws a `Refusal` for one that the provider would turn down. */
  ask(request: ApiRequest, nowMs: number): Question<Spoil>
}

/** A request that the provider turns down: not a fault, so nothing is drawn for it. */
export class Refusal extends Error {
  override readonly name = 'Refusal'
  readonly answer: Answer

  constructor(status: number, message: string) {
    super(message)
    this.answer = errorAnswer(status, message)
  }
}
