import { describe, expect, it } from 'vitest'
import { nearest } from '../../src/config/suggest.ts'

describe('nearest', () => {
  it.each([
    ['pol', 'poll'],
    ['bakc', 'back'],
    ['rate-limit', 'rateLimit'],
    ['remeberFor', 'rememberFor'],
    ['colour', undefined],
    ['', undefined],
  ])('of %j is %j', (word, expected) => {
    expect(nearest(word, ['poll', 'back', 'rateLimit', 'rememberFor', 'media'])).toBe(expected)
  })
})
