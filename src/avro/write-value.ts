/**
 * Writes a value at a place of a buffer and returns the place after it, which lies beyond the buffer's end where there
 * was no room: then the bytes that did not fit are dropped, and the place still tells how much room it takes. Throws
 * `Misfit`.
 */
export type Write<T = unknown> = (buffer: Buffer, at: number, value: T) => number

/** A value is not of the type that the schema has at its place. It doesn't say which value, or where. */
export class Misfit extends Error {
  override readonly name = 'Misfit'
}

/** Strings of up to this many characters are copied faster here than by a call into Node. */
const shortLength = 16
const maxUtf8PerCharacter = 3
/** From here on the length of a string takes two bytes, and from the second on three. */
const twoByteLength = 1 << 6
const threeByteLength = 1 << 13
/** avsc's bound, one less than the largest safe integer. */
const maxLong = Number.MAX_SAFE_INTEGER - 1

/** Writes an Avro `int`. */
export function writeInt(buffer: Buffer, at: number, value: unknown): number {
  if (typeof value !== 'number' || (value | 0) !== value) throw new Misfit('not an int')
  return writeVarint(buffer, at, ((value << 1) ^ (value >> 31)) >>> 0)
}

/** Writes an Avro `long`, which must be a safe integer. */
export function writeLong(buffer: Buffer, at: number, value: unknown): number {
  if (typeof value !== 'number') throw new Misfit('not a long')
  if ((value | 0) === value) return writeVarint(buffer, at, ((value << 1) ^ (value >> 31)) >>> 0)
  if (!Number.isInteger(value) || value > maxLong || value < -maxLong) throw new Misfit('not a long')
  // Twice the value may not be a safe integer, so its lowest 27 bits go, with the sign, before the rest.
  const magnitude = value < 0 ? -value - 1 : value
  const rest = Math.floor(magnitude / 0x800_0000)
  const low = ((magnitude - rest * 0x800_0000) << 1) | (value < 0 ? 1 : 0)
  buffer[at] = low | 0x80
  buffer[at + 1] = (low >> 7) | 0x80
  buffer[at + 2] = (low >> 14) | 0x80
  buffer[at + 3] = (low >> 21) | 0x80
  return writeVarint(buffer, at + 4, rest)
}

/** Writes an Avro `string`: its length and its UTF-8, U+FFFD for half a surrogate pair. */
export function writeString(buffer: Buffer, at: number, value: unknown): number {
  if (typeof value !== 'string') throw new Misfit('not a string')
  const { length } = value
  if (length <= shortLength) {
    let end = at + 1
    let seen = 0
    for (let i = 0; i < length; i++) {
      const code = value.charCodeAt(i)
      buffer[end++] = code
      seen |= code
    }
    if (seen >= 0x80) return writeLongString(buffer, at, value)
    buffer[at] = length << 1
    return end
  }
  // Written before its length in bytes is known, where there is room for the worst case.
  if (at + 2 + length * maxUtf8PerCharacter > buffer.length) return writeLongString(buffer, at, value)
  if (length < twoByteLength) {
    const bytes = buffer.write(value, at + 1)
    if (bytes >= twoByteLength) return writeLongString(buffer, at, value)
    buffer[at] = bytes << 1
    return at + 1 + bytes
  }
  if (length * maxUtf8PerCharacter >= threeByteLength) return writeLongString(buffer, at, value)
  const bytes = buffer.write(value, at + 2)
  buffer[at] = (bytes << 1) | 0x80
  buffer[at + 1] = bytes >> 6
  return at + 2 + bytes
}

/** Writes an Avro `boolean`. */
export function writeBoolean(buffer: Buffer, at: number, value: unknown): number {
  if (typeof value !== 'boolean') throw new Misfit('not a boolean')
  buffer[at] = value ? 1 : 0
  return at + 1
}

/** Writes an Avro `double`. */
export function writeDouble(buffer: Buffer, at: number, value: unknown): number {
  if (typeof value !== 'number') throw new Misfit('not a double')
  if (at + 8 <= buffer.length) buffer.writeDoubleLE(value, at)
  return at + 8
}

/** How an Avro `enum` with these symbols is written. */
export function enumWriter(symbols: readonly string[]): Write {
  const indexes = new Map<unknown, number>(symbols.map((symbol, index) => [symbol, index]))
  return (buffer, at, value) => {
    const index = indexes.get(value)
    if (index === undefined) throw new Misfit('not a symbol of the enum')
    return writeInt(buffer, at, index)
  }
}

/** How an Avro `array` is written, as one block. */
export function arrayWriter(writeItem: Write): Write {
  return (buffer, at, value) => {
    if (!Array.isArray(value)) throw new Misfit('not an array')
    let end = at
    if (value.length > 0) end = writeInt(buffer, end, value.length)
    for (let i = 0; i < value.length; i++) end = writeItem(buffer, end, value[i])
    buffer[end] = 0
    return end + 1
  }
}

/** How an Avro `map` is written, as one block. */
export function mapWriter(writeItem: Write): Write {
  return (buffer, at, value) => {
    if (!isMap(value)) throw new Misfit('not a map')
    const keys = Object.keys(value)
    let end = at
    if (keys.length > 0) end = writeInt(buffer, end, keys.length)
    for (let i = 0; i < keys.length; i++) {
      const key = keys[i] ?? ''
      end = writeItem(buffer, writeString(buffer, end, key), value[key])
    }
    buffer[end] = 0
    return end + 1
  }
}

function isMap(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function writeVarint(buffer: Buffer, at: number, value: number): number {
  let end = at
  let rest = value
  while (rest > 0x7f) {
    buffer[end++] = (rest & 0x7f) | 0x80
    rest >>>= 7
  }
  buffer[end] = rest
  return end + 1
}

function writeLongString(buffer: Buffer, at: number, value: string): number {
  const bytes = Buffer.byteLength(value)
  const start = writeInt(buffer, at, bytes)
  if (start + bytes <= buffer.length) buffer.write(value, start)
  return start + bytes
}
