import type { HttpAnswer, HttpRequest, SendOptions } from '../model/http.ts'

/** How an exchange ended: whole (or let go by us) where `error` is undefined. */
export interface WireEnd {
  /** Bytes of the body as they came over the wire, before decoding. */
  readonly bytes: number
  readonly error: Error | undefined
}

/** An answer that also says when the provider is done with it. */
export interface WireAnswer extends HttpAnswer {
  /**
   * Resolves once nothing more will come: the last byte is here (read or not), the exchange broke off, or the body was
   * let go. Never rejects.
   */
  readonly ended: Promise<WireEnd>
}

/** `Send` inside the http room. Wrappers hand on the answer that they were given. */
export type WireSend = (request: HttpRequest, options: SendOptions) => Promise<WireAnswer>
