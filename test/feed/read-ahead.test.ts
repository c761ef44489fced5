import fc from 'fast-check'
import { afterEach, describe, expect, it } from 'vitest'
import { readAhead } from '../../src/feed/read-ahead.ts'
import { collected } from './fakes.ts'

const unhandled: unknown[] = []
const onUnhandled = (reason: unknown) => unhandled.push(reason)

async function settle(): Promise<void> {
  for (let turn = 0; turn < 3; turn++) await new Promise(setImmediate)
}

afterEach(() => {
  process.off('unhandledRejection', onUnhandled)
  unhandled.length = 0
})

/** Numbers from 0, and a note of each that was begun and of the end. */
function numbers(count: number, fail?: Error) {
  const begun: number[] = []
  const state = { isClosed: false }
  async function* generate(): AsyncGenerator<number, void> {
    try {
      for (let n = 0; n < count; n++) {
        begun.push(n)
        await Promise.resolve()
        yield n
      }
      if (fail !== undefined) throw fail
    } finally {
      state.isClosed = true
    }
  }
  return { begun, state, items: generate() }
}

describe('readAhead', () => {
  it('gives the same items in the same order', async () => {
    await fc.assert(
      fc.asyncProperty(fc.nat(20), async (count) => {
        const { items, state } = numbers(count)
        expect(await collected(readAhead(items))).toEqual(Array.from({ length: count }, (_, n) => n))
        expect(state.isClosed).toBe(true)
      }),
    )
  })

  it('makes the next item while the present one is used, and never a second', async () => {
    const { begun, items } = numbers(5)
    for await (const n of readAhead(items)) {
      await settle()
      expect(begun).toEqual(Array.from({ length: Math.min(n + 2, 5) }, (_, at) => at))
    }
  })

  it('closes what it reads from when nobody wants more', async () => {
    const { state, begun, items } = numbers(5)
    for await (const n of readAhead(items)) if (n === 1) break
    expect(state.isClosed).toBe(true)
    expect(begun).toEqual([0, 1, 2])
  })

  it('closes it when whoever uses the items throws, and passes that on', async () => {
    const { state, items } = numbers(5)
    const use = async () => {
      for await (const _ of readAhead(items)) throw new Error('not committed')
    }
    await expect(use()).rejects.toThrow('not committed')
    expect(state.isClosed).toBe(true)
  })

  it('fails in its turn: after every item before it was used, and without an unhandled rejection', async () => {
    process.on('unhandledRejection', onUnhandled)
    const { items } = numbers(3, new Error('reset'))
    const used: number[] = []
    const use = async () => {
      for await (const n of readAhead(items)) {
        await settle()
        used.push(n)
      }
    }
    await expect(use()).rejects.toThrow('reset')
    expect(used).toEqual([0, 1, 2])
    expect(unhandled).toEqual([])
  })

  it('drops a failure that was made ahead and is not wanted', async () => {
    process.on('unhandledRejection', onUnhandled)
    const { items } = numbers(2, new Error('reset'))
    for await (const n of readAhead(items)) {
      await settle()
      if (n === 1) break
    }
    await settle()
    expect(unhandled).toEqual([])
  })
})
