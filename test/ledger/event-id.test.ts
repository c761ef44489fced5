import { createHash } from 'node:crypto'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { eventId, eventIdNamespace } from '../../src/ledger/event-id.ts'

/** RFC 9562, section 5.5. */
function uuidV5(namespace: string, name: string): string {
  const digest = createHash('sha1')
    .update(Buffer.from(namespace.replaceAll('-', ''), 'hex'))
    .update(name, 'utf8')
    .digest()
  digest[6] = ((digest[6] ?? 0) & 0x0f) | 0x50
  digest[8] = ((digest[8] ?? 0) & 0x3f) | 0x80
  return digest.toString('hex', 0, 16).replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5')
}

const urlNamespace = '6ba7b811-9dad-11d1-80b4-00c04fd430c8'

describe('eventId', () => {
  it('is checked against a published value', () => {
    expect(uuidV5('6ba7b810-9dad-11d1-80b4-00c04fd430c8', 'www.example.com')).toBe(
      '2ed6657d-e927-568b-95e1-2665a8aea6a2',
    )
  })

  it('lives in a namespace of its own', () => {
    expect(eventIdNamespace).toBe(uuidV5(urlNamespace, 'https://ringtail.dev/event-id'))
  })

  it('is UUIDv5 of its parts, whatever their length and letters', () => {
    const part = fc.oneof(
      fc.string({ unit: 'grapheme' }),
      fc.string({ unit: 'grapheme', minLength: 200, maxLength: 3_000 }),
    )
    fc.assert(
      fc.property(part, part, fc.nat(), (account, id, revision) => {
        const expected = uuidV5(eventIdNamespace, `carrierx|${account}|${id}|cdr|${revision}|${'0f'.repeat(32)}`)
        expect(eventId('carrierx', account, id, 'cdr', revision, '0f'.repeat(32))).toBe(expected)
      }),
      { numRuns: 1_000 },
    )
  })

  it('takes an id of a megabyte, and short ones after it', () => {
    for (const id of ['é'.repeat(500_000), 'a', '😀'.repeat(40)]) {
      expect(eventId('p', 'a', id, 'cdr', 1, 'h')).toBe(uuidV5(eventIdNamespace, `p|a|${id}|cdr|1|h`))
    }
  })
})
