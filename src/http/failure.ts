import { causeOf, RingtailError } from '../model/errors.ts'

interface Kind {
  readonly code: string
  readonly what: string
  readonly advice: string
  readonly retryable: boolean
}

const timeout: Kind = {
  code: 'RT-HTTP-TIMEOUT',
  what: 'the provider took too long',
  advice: 'Nothing if it passes: the request is sent again. If it stays, ask the provider, or poll smaller windows.',
  retryable: true,
}
const cut: Kind = {
  code: 'RT-HTTP-CUT',
  what: 'the answer broke off or is not valid HTTP',
  advice:
    'Nothing if it passes: the request is sent again. If it stays, look for a proxy on the way that cuts answers.',
  retryable: true,
}
const connect: Kind = {
  code: 'RT-HTTP-CONNECT',
  what: 'the provider cannot be reached',
  advice:
    'Check the address in the configuration, and that DNS, the firewall and the route from this machine let it through.',
  retryable: true,
}
const tls: Kind = {
  code: 'RT-HTTP-TLS',
  what: 'the secure connection was refused',
  advice:
    'Check that the address is the provider’s, the clock of this machine, and that its certificate authority is trusted here (NODE_EXTRA_CA_CERTS).',
  retryable: true,
}
const request: Kind = {
  code: 'RT-HTTP-REQUEST',
  what: 'the request cannot be sent as HTTP',
  advice: 'Look for line breaks or other characters in the credentials that do not belong there.',
  retryable: false,
}

const kinds: readonly (readonly [codes: RegExp, kind: Kind])[] = [
  [/^(?:UND_ERR_(?:CONNECT|HEADERS|BODY)_TIMEOUT|ETIMEDOUT)$/, timeout],
  [
    /^(?:UND_ERR_(?:SOCKET|RES_CONTENT_LENGTH_MISMATCH|HEADERS_OVERFLOW)|ECONNRESET|EPIPE|ECONNABORTED|HPE_.*|HTTPParserError)$/,
    cut,
  ],
  [/^(?:ERR_TLS.*|ERR_SSL.*|EPROTO|.*CERT.*|.*SIGNATURE.*|UNABLE_TO_.*|INVALID_CA|HOSTNAME_MISMATCH|.*CRL.*)$/, tls],
  [/^UND_ERR_(?:INVALID_ARG|NOT_SUPPORTED|REQ_CONTENT_LENGTH_MISMATCH)$/, request],
]

/**
 * What an error of undici means, as a `RingtailError`. `asked` is the method and the shown address. Of the error
 * itself only code, message and stack stay, as the cause: undici's errors may carry bytes of the answer.
 */
export function wireFailure(error: unknown, asked: string): RingtailError {
  const understood = causeOf(error, RingtailError)
  if (understood !== undefined) return understood
  const code = codeOf(error)
  const kind = kinds.find(([codes]) => codes.test(code))?.[1] ?? connect
  return new RingtailError(`${asked}: ${kind.what} (${code})`, { ...kind, cause: bare(error, code) })
}

/** The provider took longer than `limitMs` altogether, although it never stood still for long. */
export function tooSlow(asked: string, limitMs: number): RingtailError {
  return new RingtailError(`${asked}: the answer was not complete after ${limitMs} ms`, timeout)
}

/** The body is larger than the cap that holds for this way of reading it. */
export function tooLarge(asked: string, maxBytes: number): RingtailError {
  return new RingtailError(`${asked}: the answer is larger than ${maxBytes} bytes`, {
    code: 'RT-HTTP-TOO-LARGE',
    advice: 'Poll smaller windows or pages; if the provider cannot, this is a fault to report to Ringtail.',
    retryable: true,
  })
}

/** The compressed body broke off, or is not what its `Content-Encoding` says. */
export function undecodable(asked: string, error: unknown): RingtailError {
  const code = codeOf(error)
  return new RingtailError(`${asked}: the compressed answer broke off or is damaged (${code})`, {
    ...cut,
    cause: bare(error, code),
  })
}

/** The body is text in another encoding than UTF-8, or compressed in a way that nobody asked for. */
export function wrongEncoding(asked: string, what: string): RingtailError {
  return new RingtailError(`${asked}: ${what}`, {
    code: 'RT-ANSWER-ENCODING',
    advice:
      'Nothing if it passes: the request is sent again. If it stays, the provider or a proxy damages its answers.',
    retryable: true,
  })
}

/** Node puts several attempts to connect into an `AggregateError`, with the code on it or on them. */
function codeOf(error: unknown): string {
  for (const at of [error, ...(error instanceof AggregateError ? error.errors : [])]) {
    if (at instanceof Error && 'code' in at && typeof at.code === 'string') return at.code
  }
  return error instanceof Error ? error.name : typeof error
}

function bare(error: unknown, code: string): Error {
  const cause = new Error(error instanceof Error && error.message !== '' ? error.message : code)
  if (error instanceof Error && error.stack !== undefined) cause.stack = error.stack
  return cause
}
