import { createHash } from 'node:crypto'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { contentHash, contentPrefix, contentWords, identity, identityWords } from '../../src/ledger/fingerprint.ts'

function sha256(text: string): Buffer {
  return createHash('sha256').update(text, 'utf8').digest()
}

function identityOf(kind: string, id: string): Uint32Array {
  const words = new Uint32Array(identityWords)
  identity(kind, id, words)
  return words
}

describe('contentHash', () => {
  it('is SHA-256 of the canonical text', () => {
    expect(contentHash({ b: 'é', a: 1 }, [])).toBe(sha256('{"a":1,"b":"é"}').toString('hex'))
    expect(contentHash({ b: 'é', a: 1 }, ['b'])).toBe(sha256('{"a":1}').toString('hex'))
  })

  it('does not depend on the order of keys, and sees a change at any depth', () => {
    expect(contentHash({ a: [{ x: 1, y: 2 }], '10': 1, '9': 2 }, [])).toBe(
      contentHash({ '9': 2, '10': 1, a: [{ y: 2, x: 1 }] }, []),
    )
    expect(contentHash({ a: [{ x: 1, y: 2 }] }, [])).not.toBe(contentHash({ a: [{ x: 1, y: 3 }] }, []))
    expect(contentHash({ a: [1, 2] }, [])).not.toBe(contentHash({ a: [2, 1] }, []))
  })
})

describe('identity and contentPrefix', () => {
  it('are the first bytes of the digests, big-endian', () => {
    fc.assert(
      fc.property(
        fc.constantFrom('cdr', 'recording', 'reject'),
        fc.string({ unit: 'grapheme', maxLength: 300 }),
        (kind, id) => {
          const digest = sha256(`${kind}|${id}`)
          expect([...identityOf(kind, id)]).toEqual([0, 4, 8, 12].map((at) => digest.readUInt32BE(at)))
          const prefix = new Uint32Array(contentWords)
          contentPrefix(digest.toString('hex'), prefix)
          expect([...prefix]).toEqual([digest.readUInt32BE(0), digest.readUInt32BE(4)])
        },
      ),
      { numRuns: 1_000 },
    )
  })

  it('keeps kinds apart', () => {
    expect(identityOf('cdr', '1')).not.toEqual(identityOf('recording', '1'))
  })
})
