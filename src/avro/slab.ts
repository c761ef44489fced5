import type { Write } from './write-value.ts'

/** The size of a slab: some 50 records, so that the last messages of a quiet source keep little but themselves. */
export const slabBytes = 64 * 1024

/** Puts values one after the other into slabs and returns the bytes of each. */
export type Slab<T = unknown> = (value: T) => Buffer

/**
 * Writes values into memory that is allocated for many of them at once, without copying.
 *
 * A slab is filled once and never used again, so that a message stays as it is for as long as anybody holds it; the
 * slab is freed with the last of its messages. A value larger than a slab gets one of its own. Throws what `write`
 * throws.
 */
export function slabOf<T>(write: Write<T>): Slab<T> {
  // Not from Node's pool, which others write to.
  let slab = Buffer.allocUnsafeSlow(slabBytes)
  let start = 0
  return (value) => {
    let end = write(slab, start, value)
    if (end > slab.length) {
      slab = Buffer.allocUnsafeSlow(Math.max(slabBytes, end - start))
      start = 0
      end = write(slab, start, value)
    }
    const bytes = slab.subarray(start, end)
    start = end
    return bytes
  }
}
