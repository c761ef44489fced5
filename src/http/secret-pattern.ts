import type { Secret } from '../model/secret.ts'

/** Shorter values than this would blank half of every text, and are no secrets. */
const shortestSecret = 4

/**
 * What finds the secrets in a text however JSON, HTML forms or URLs spell them, or undefined where there are none.
 * A value such as `Bearer abc` is also found without its scheme, and `Basic …` by the password in it.
 */
export function secretPattern(secrets: readonly Secret[]): RegExp | undefined {
  const values = new Set(secrets.flatMap((secret) => partsOf(secret.reveal())))
  const spellings = [...values]
    .filter((value) => value.length >= shortestSecret)
    .sort((a, b) => b.length - a.length)
    .map((value) => Array.from(value, spellingsOf).join(''))
  return spellings.length === 0 ? undefined : new RegExp(spellings.join('|'), 'g')
}

function partsOf(value: string): readonly string[] {
  const trimmed = value.trim()
  const [scheme, credential] = trimmed.split(/\s+/, 2)
  if (credential === undefined) return [trimmed]
  if (scheme?.toLowerCase() !== 'basic') return [trimmed, credential]
  const [, ...password] = Buffer.from(credential, 'base64').toString('utf8').split(':')
  return [trimmed, credential, password.join(':')]
}

/** One character as itself, `%41` (also encoded again: `%2541`), `\u0041`, `\"`, or `+` for a blank. */
function spellingsOf(character: string): string {
  const percent = [...Buffer.from(character)].map(
    (byte) => `%(?:25){0,4}${anyCase(byte.toString(16).padStart(2, '0'))}`,
  )
  const escapes = Array.from(
    { length: character.length },
    (_, at) => `\\\\{1,8}u${anyCase(character.charCodeAt(at).toString(16).padStart(4, '0'))}`,
  )
  const escaped = { '\n': 'n', '\r': 'r', '\t': 't', '\b': 'b', '\f': 'f' }[character] ?? literally(character)
  const blank = character === ' ' ? '|\\+' : ''
  return `(?:\\\\{0,8}${literally(character)}|\\\\{1,8}${escaped}|${percent.join('')}|${escapes.join('')}${blank})`
}

const anyCase = (hex: string): string => hex.replace(/[a-f]/g, (digit) => `[${digit}${digit.toUpperCase()}]`)

const literally = (character: string): string => character.replace(/[\\^$.*+?()[\]{}|/-]/g, '\\$&')
