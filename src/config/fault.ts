/** One thing that is wrong with the configuration file. It never holds a secret, nor a value that was substituted. */
export interface Fault {
  /** The key as a dotted path, `sources.0.poll`; empty for the file as a whole. */
  readonly path: string
  /** Where it stands, from 1; undefined where there is no file to point into. */
  readonly line?: number | undefined
  readonly column?: number | undefined
  readonly reason: string
  /** What would be right, where that can be guessed. */
  readonly hint?: string | undefined
}

/** The configuration can't be used: every fault of it, in the order of the file. The command line exits 78. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError'
  readonly file: string
  readonly faults: readonly Fault[]

  constructor(file: string, faults: readonly Fault[], cause?: unknown) {
    super(faults.map((fault) => faultLine(file, fault)).join('\n'), cause === undefined ? undefined : { cause })
    this.file = file
    this.faults = faults
  }
}

/** A fault as one line: `ringtail.yaml:6:19 sources.0.poll: expected a duration such as 30s, got "soon"`. */
export function faultLine(file: string, fault: Fault): string {
  const place = fault.line === undefined ? file : `${file}:${fault.line}:${fault.column ?? 1}`
  const subject = fault.path === '' ? place : `${place} ${fault.path}`
  return `${subject}: ${fault.reason}${fault.hint === undefined ? '' : `; ${fault.hint}`}`
}
