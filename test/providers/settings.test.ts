import { describe, expect, test } from 'vitest'
import { baseUrl } from '../../src/providers/base-url.ts'
import { credential } from '../../src/providers/credential.ts'

describe('a base address', () => {
  const setting = baseUrl('https://api.example.com')

  test.each([
    [undefined, 'https://api.example.com'],
    ['https://other.example.com/', 'https://other.example.com'],
    ['https://other.example.com:8443/voice/api/', 'https://other.example.com:8443/voice/api'],
    ['http://127.0.0.1:8080', 'http://127.0.0.1:8080'],
    ['http://localhost:8080', 'http://localhost:8080'],
    ['http://[::1]:8080', 'http://[::1]:8080'],
  ])('%j is %j', (given, parsed) => {
    expect(setting.parse(given)).toBe(parsed)
  })

  test.each([
    'http://api.example.com',
    'http://127.0.0.1.example.com',
    'http://localhost.example.com',
    'ftp://api.example.com',
    'https://user@api.example.com',
    'https://api.example.com?key=1',
    'https://api.example.com#top',
    'api.example.com',
    '',
  ])('%j is refused', (given) => {
    expect(setting.safeParse(given).success).toBe(false)
  })
})

describe('a credential', () => {
  test('is a secret, without the line break of its file', () => {
    expect(credential().parse('abc\n').reveal()).toBe('abc')
    expect(String(credential().parse('abc'))).not.toContain('abc')
  })

  test.each(['', ' ', 'two words', 'line\nbreak', 'ümlaut'])('%j is refused, and not shown', (given) => {
    const { error } = credential().safeParse(given)
    expect(error?.issues).toHaveLength(1)
    if (given.trim() !== '') expect(JSON.stringify(error)).not.toContain(given)
  })
})
