/** What a command talks to. A command touches neither the process nor its streams. */
export interface Io {
  /** Writes data, and a line break after it, to the standard output. */
  out(text: string): void
  /** Writes a message to people, and a line break after it, to the standard error. */
  err(text: string): void
  /** Whether the caller is a program: data is JSON then. */
  readonly json: boolean
  /** Whether the standard output is a terminal. */
  readonly isTty: boolean
  /** Aborted by SIGINT or SIGTERM: finish and return. */
  readonly signal: AbortSignal
}
