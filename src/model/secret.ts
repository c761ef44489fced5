import { inspect } from 'node:util'

const shown = '[redacted]'

/** A credential that can be used but not printed: JSON, inspection and string conversion all show `[redacted]`. */
export class Secret {
  readonly #value: string

  constructor(value: string) {
    this.#value = value
  }

  /** The credential itself; call it only where it leaves for the host that it belongs to. */
  reveal(): string {
    return this.#value
  }

  toString(): string {
    return shown
  }

  toJSON(): string {
    return shown
  }

  [inspect.custom](): string {
    return shown
  }
}
