import { styleText } from 'node:util'

type Style = Parameters<typeof styleText>[0]

const clearLine = '\r\u001b[2K'
const notesEveryMs = 5_000

/**
 * The demo's two streams: what is shown on standard output, what is going on on standard error. On a terminal the
 * last line of the latter is a status line, written anew as often as it is set; elsewhere it is a line every 5 s.
 */
export class Screen {
  readonly #isTty = process.stderr.isTTY === true
  #status = ''
  #notedAtMs = Number.NEGATIVE_INFINITY

  /** Writes a line of the demo's own output. */
  out(text: string): void {
    this.#above(() => process.stdout.write(`${text}\n`))
  }

  /** Says what is going on. */
  note(text: string): void {
    this.#above(() => process.stderr.write(`${paint('dim', text, process.stderr)}\n`))
  }

  /** Sets the status line; nothing takes it away. */
  status(text: string): void {
    if (this.#isTty) this.#above(() => (this.#status = cut(text, process.stderr.columns)))
    else if (text !== '' && performance.now() - this.#notedAtMs >= notesEveryMs) {
      this.#notedAtMs = performance.now()
      this.note(text)
    }
  }

  /** Says that `what` is being done, does it, and says how long that took. */
  async step<T>(what: string, work: () => Promise<T>): Promise<T> {
    const startedAt = performance.now()
    if (this.#isTty) this.status(`${what} …`)
    try {
      return await work()
    } finally {
      if (this.#isTty) this.status('')
      this.note(`${what} … ${seconds(performance.now() - startedAt)}`)
    }
  }

  #above(write: () => void): void {
    if (this.#isTty && this.#status !== '') process.stderr.write(clearLine)
    write()
    if (this.#isTty && this.#status !== '') process.stderr.write(this.#status)
  }
}

/** The text in a style, where `stream` is a terminal and nobody has turned colours off. */
export function paint(style: Style, text: string, stream: NodeJS.WriteStream = process.stdout): string {
  return styleText(style, text, { stream })
}

/** Milliseconds as seconds with one decimal. */
export function seconds(ms: number): string {
  return `${(ms / 1000).toFixed(1)} s`
}

/** A line that is wider than the terminal would wrap, and could not be written over. */
function cut(text: string, columns: number | undefined): string {
  return columns === undefined || text.length < columns ? text : text.slice(0, Math.max(0, columns - 1))
}
