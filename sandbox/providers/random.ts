/** A seeded source of chance (sfc32): the same seed gives the same draws on every machine. Not for secrets. */
export class Random {
  #a: number
  #b: number
  #c: number
  #counter = 1

  constructor(seed: number | string) {
    const draw = seedWords(String(seed))
    this.#a = draw()
    this.#b = draw()
    this.#c = draw()
    // sfc32 needs some rounds before seeds that look alike give draws that do not.
    for (let round = 0; round < 12; round++) this.uint32()
  }

  /** A whole number from 0 to 2^32 - 1. */
  uint32(): number {
    const sum = (this.#a + this.#b + this.#counter) | 0
    this.#counter = (this.#counter + 1) | 0
    this.#a = this.#b ^ (this.#b >>> 9)
    this.#b = (this.#c + (this.#c << 3)) | 0
    this.#c = (((this.#c << 21) | (this.#c >>> 11)) + sum) | 0
    return sum >>> 0
  }

  /** A number from 0 up to, but not, 1. */
  fraction(): number {
    return this.uint32() / 0x1_0000_0000
  }

  /** True in `probability` of all draws. */
  chance(probability: number): boolean {
    return this.fraction() < probability
  }

  /** A whole number from `min` to `max`, both possible. */
  integer(min: number, max: number): number {
    return min + Math.floor(this.fraction() * (max - min + 1))
  }

  /** One of `choices`; throws a RangeError if there are none. */
  pick<T>(choices: readonly [T, ...T[]] | readonly T[]): T {
    const choice = choices[this.integer(0, choices.length - 1)]
    if (choice === undefined) throw new RangeError('nothing to pick from')
    return choice
  }

  /** `length` hexadecimal digits. */
  hex(length: number): string {
    let text = ''
    while (text.length < length) text += this.uint32().toString(16).padStart(8, '0')
    return text.slice(0, length)
  }

  /** `length` decimal digits, the first of them never 0 or 1. */
  digits(length: number): string {
    let text = String(this.integer(2, 9))
    while (text.length < length) text += String(this.integer(0, 9))
    return text
  }

  /** A random (version 4) UUID in lower case. */
  uuid(): string {
    const hex = this.hex(32)
    const variant = ((Number.parseInt(hex.charAt(16), 16) & 3) | 8).toString(16)
    return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-${variant}${hex.slice(17, 20)}-${hex.slice(20)}`
  }
}

/** FNV-1a over the text, stirred further at each draw: spreads short seeds over whole words. */
function seedWords(text: string): () => number {
  let hash = 0x811c9dc5
  for (let index = 0; index < text.length; index++) hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193)
  return () => {
    hash = (hash + 0x9e3779b9) | 0
    const stirred = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b)
    return Math.imul(stirred ^ (stirred >>> 13), 0xc2b2ae35)
  }
}
