import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { redact } from '../../src/http/redact.ts'
import { shownUrl } from '../../src/http/shown-url.ts'
import { Secret } from '../../src/model/secret.ts'

const percent = (text: string): string =>
  [...Buffer.from(text)].map((byte) => `%${byte.toString(16).padStart(2, '0').toUpperCase()}`).join('')
const unicode = (text: string): string =>
  Array.from({ length: text.length }, (_, at) => `\\u${text.charCodeAt(at).toString(16).padStart(4, '0')}`).join('')
const json = (text: string): string => JSON.stringify(text).slice(1, -1)

/** Ways in which a secret comes back in answers and errors. */
const spellings: Readonly<Record<string, (text: string) => string>> = {
  plain: (text) => text,
  urlComponent: encodeURIComponent,
  urlForm: (text) => new URLSearchParams({ k: text }).toString().slice(2),
  urlTwice: (text) => encodeURIComponent(encodeURIComponent(text)),
  percent,
  percentLower: (text) => percent(text).toLowerCase(),
  json,
  jsonTwice: (text) => json(json(text)),
  jsonSlashes: (text) => json(text).replaceAll('/', '\\/'),
  unicode,
  unicodeUpper: (text) => unicode(text).replace(/[a-f0-9]{4}/g, (hex) => hex.toUpperCase()),
}

/** Text around a canary: words that do not run into it. */
const around = fc.constantFrom('', ' ', ': ', '"', ' <b>', '={', 'error: ', '\n', '("', 'zażółć ')
const pick = (characters: string, minLength: number, maxLength: number) =>
  fc.string({ unit: fc.constantFrom(...Array.from(characters)), minLength, maxLength })
const letters = 'abcdefghijkmnopqrstuvwxyz'
const alphanumeric = `${letters}${letters.toUpperCase()}0123456789`

function planted(canary: fc.Arbitrary<string>, hidden: (canary: string) => readonly string[] = (text) => [text]) {
  fc.assert(
    fc.property(around, canary, around, (before, text, after) => {
      const shown = redact(before + text + after)
      for (const part of hidden(text)) expect(shown).not.toContain(part)
    }),
    { numRuns: 200 },
  )
}

describe('no canary survives', () => {
  test.each(Object.entries(spellings))('a known secret spelled %s', (_, spell) => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', minLength: 4 }), around, around, (value, before, after) => {
        fc.pre(
          value.trim().length >= 4 &&
            !/\s/.test(value) &&
            !/[\ud800-\udfff]/.test(value) &&
            !'[redacted]'.includes(value),
        )
        const shown = redact(`${before}${spell(value)}${after}`, [new Secret(value)])
        expect(shown).toContain('[redacted]')
        expect(shown).not.toContain(spell(value))
        expect(shown).not.toContain(value)
      }),
      { numRuns: 100 },
    )
  })

  test('a secret behind its scheme, and the password of Basic', () => {
    const basic = Buffer.from('user:pass:word').toString('base64')
    const secrets = [new Secret('Bearer abcd'), new Secret(`Basic ${basic}`)]
    expect(redact('abcd / pass:word', secrets)).toBe('[redacted] / [redacted]')
  })

  test('a bearer token', () => {
    const token = pick(`${alphanumeric}-._~+/=`, 6, 60).filter((text) => /\d/.test(text))
    planted(
      fc.tuple(fc.constantFrom('Bearer ', 'bearer  ', 'BASIC ', 'Bearer%20'), token).map((parts) => parts.join('')),
      (text) => [text.replace(/^\w+(?:\s|%20)+/, '')],
    )
  })

  test('a token-like string', () => {
    planted(pick(`${alphanumeric}_-`, 32, 64))
    planted(pick('0123456789abcdef', 16, 64).filter((text) => /\d/.test(text) && /[a-f]/.test(text)))
    planted(fc.uuid())
    planted(fc.uint8Array({ minLength: 24, maxLength: 48 }).map((bytes) => Buffer.from(bytes).toString('base64url')))
  })

  test('a JSON Web Token', () => {
    const part = fc.json().map((text) => Buffer.from(`{"a":${text}}`).toString('base64url'))
    planted(fc.tuple(part, part, part).map((parts) => parts.join('.')))
  })

  test('a phone number', () => {
    const separator = fc.constantFrom('', '', '', ' ', '-', '.', ' (', ') ', '/', '\u00a0', '\u2011', '%20', '%2D', '_')
    const digits = fc.array(fc.tuple(pick('0123456789', 1, 4), separator), { minLength: 7, maxLength: 10 })
    planted(
      fc.tuple(fc.constantFrom('', '+', '%2B', '(', 'tel:', 'sip:', 'id'), digits).map(([prefix, groups]) => {
        const [[first] = [''], ...rest] = groups
        return prefix + first + rest.map(([group, between]) => between + group).join('')
      }),
      (text) => text.match(/\d{3,}/g)?.slice(0, 9) ?? [],
    )
  })

  test('a mail address', () => {
    planted(fc.emailAddress().filter((text) => /^[\w.@-]+$/.test(text)))
    planted(
      fc
        .emailAddress()
        .filter((text) => /^[\w.@-]+$/.test(text))
        .map(encodeURIComponent),
    )
  })

  test('the value of a query', () => {
    // Without a k, so that it does not say `key` itself.
    const value = pick('abcdefghij.~!*', 8, 20)
    const hidden = (text: string): string[] => [text.slice(text.lastIndexOf('key') + 4)]
    for (const before of ['https://host/path?key=', '/path?a=b&key=', 'a=b&amp;key=', '?a=b\\u0026key=']) {
      planted(
        value.map((text) => before + text),
        hidden,
      )
    }
    planted(
      value.map((text) => encodeURIComponent(`https://host/path?a=b&key=${text}`)),
      (text) => [text.slice(text.lastIndexOf('key') + 6)],
    )
  })

  test('what is called a secret, and credentials in an address', () => {
    for (const text of [
      '{"accessToken":"canary"}',
      '{"auth_token" : "canary"}',
      "{'password': 'canary'}",
      '{\\"api_key\\":\\"canary\\"}',
      '{"secret":canary}',
      '{"jwt":"canary',
      'Authorization: Basic canary',
      'X-Api-Key: canary',
      'Set-Cookie: session=canary; path=/',
      'https://user:canary@host/',
    ]) {
      expect(redact(text)).not.toContain('canary')
    }
  })
})

test('what says nothing stays readable', () => {
  for (const text of [
    '{"error":"Invalid api_key"}',
    '{"errors":{"start_date":["is missing"]}}',
    'Bearer token is missing',
    'upstream connect error or disconnect/reset before headers. reset reason: connection timeout',
    '<html><head><title>502 Bad Gateway</title></head></html>',
    'Rate limit of 600 requests per 60 seconds exceeded',
    'ResponseExceededMaxSizeError',
  ]) {
    expect(redact(text)).toBe(text)
  }
})

test('a text that wants to be slow is not', () => {
  const size = 50_000
  const startedMs = performance.now()
  for (const unit of [
    'a',
    '1',
    '"',
    '?a',
    '&a=',
    'a@',
    '"key',
    'x-',
    'eyJa.',
    '%',
    ' ',
    '\\',
    '1 ',
    'Bearer ',
    '//',
    '\'key"  ',
  ]) {
    redact(unit.repeat(size / unit.length), [new Secret('Bearer aaaaaaab')])
  }
  expect(performance.now() - startedMs).toBeLessThan(2_000)
})

describe('a shown address', () => {
  test.each([
    ['https://voiso.com/api/v2/cdr?key=s3cret&page=1&key=2', 'https://voiso.com/api/v2/cdr?key&page'],
    ['https://user:pass@host:8443/v1/calls#frag', 'https://host:8443/v1/calls'],
    ['https://host/accounts/0123456789abcdef0123456789abcdef/cdrs', 'https://host/accounts/***/cdrs'],
    ['https://host/numbers/+1%20555%20123%204567/calls', 'https://host/numbers/***/calls'],
    ['https://host/users/ann@example.com', 'https://host/users/***'],
    ['https://host/users/ann%40example.com', 'https://host/users/***'],
    ['https://host/?eyJhbGciOiJIUzI1NiJ9.e30.abc', 'https://host/?***'],
    ['https://host/100%', 'https://host/100%'],
    ['http://127.0.0.1:8080/', 'http://127.0.0.1:8080/'],
  ])('%s → %s', (url, shown) => {
    expect(shownUrl(new URL(url))).toBe(shown)
  })

  test('never has the value of a parameter', () => {
    fc.assert(
      fc.property(fc.dictionary(pick(letters, 1, 8), pick('XYZ', 3, 20)), (query) => {
        const url = new URL('https://host/path')
        for (const [name, value] of Object.entries(query)) url.searchParams.append(name, value)
        expect(shownUrl(url)).not.toMatch(/[XYZ]/)
      }),
    )
  })
})
