import type { Secret } from '../model/secret.ts'
import { secretPattern } from './secret-pattern.ts'

const mark = '[redacted]'

/** Words that follow `Bearer` and `Basic` in messages that people wrote. */
const notACredential = '(?!(?:token|auth|authentication|authorization|access|realm|scheme|credentials?)\\b)'

/** Every repetition is bounded or over one class of characters: hostile text costs time in proportion to its length. */
const rules: readonly (readonly [pattern: RegExp, replacement: string])[] = [
  // https://user:password@host
  [/(\/\/)[^\s/?#@"'<>]{1,300}@/g, `$1${mark}@`],
  // Query values, also where the query is encoded inside another one, or in HTML or JSON.
  [/((?:[?&;]|\\u0026|\\u003f)[^\s=&;#?"'<>\\]{1,100}=)[^\s&#"'<>]+/gi, `$1${mark}`],
  [/((?:%3f|%26)[^\s%&"'<>]{1,100}%3d)[^\s&"'<>]+/gi, `$1${mark}`],
  // "accessToken": "…", also in JSON within JSON
  [
    /(["'][\w-]{0,40}(?:key|token|secret|passw|pwd|auth|credential|signature|session|jwt)[\w-]{0,40}\\?["']\s{0,8}:\s{0,8})(?:\\?"[^"]*"?|\\?'[^']*'?|[^\s,}\]]+)/gi,
    `$1${mark}`,
  ],
  [/\b((?:proxy-)?authorization|(?:set-)?cookie|x-[\w-]{0,40}(?:key|token|secret))\s{0,8}:[^\r\n,]+/gi, `$1: ${mark}`],
  [new RegExp(`\\b(bearer|basic|digest)(?:\\s|%20|\\+){1,8}${notACredential}[^\\s"',;<>]+`, 'gi'), `$1 ${mark}`],
  // A JSON Web Token
  [/\beyJ[\w-]+(?:\.[\w-]+){0,4}/g, mark],
  // Mail and SIP addresses
  [/[^\s@"'<>()[\],;:=&/\\]{1,64}(?:@|%40)[^\s@"'<>()[\],;:=&/\\]{1,255}/gi, mark],
  // Phone numbers: seven digits or more, whatever is put between them
  [/(?:\+|%2b)?\d(?:(?:[\s().\-/_\u2010-\u2015]|%20|%2d|%28|%29|%2e){0,3}\d){6,}/gi, mark],
]

const tokenRun = /[\w+/=~-]{16,}/g
const isTokenLike = (run: string): boolean =>
  run.split('/').some((part) => part.length >= 16 && (part.length >= 32 || (/\d/.test(part) && /[a-z]/i.test(part)))) ||
  (run.length >= 20 && /\d/.test(run) && /[a-z]/.test(run) && /[A-Z]/.test(run))

/** Letters and digits that somebody wrote as `%41` or `\u0041`, written plainly again. */
const plainly = (text: string): string =>
  text.replace(/(?:%|\\u00)([3-7][0-9a-f])/gi, (spelling, hex: string) => {
    const character = String.fromCharCode(Number.parseInt(hex, 16))
    return /[a-z0-9]/i.test(character) ? character : spelling
  })

/**
 * The text without what must not be shown: `secrets` in any spelling that JSON or URLs give them, bearer and other long
 * tokens, query values, mail addresses and phone numbers. Rather hides too much than too little.
 */
export function redact(text: string, secrets: readonly Secret[] = []): string {
  const pattern = secretPattern(secrets)
  const known = pattern === undefined ? text : text.replace(pattern, mark)
  return rules
    .reduce((shown, [rule, replacement]) => shown.replace(rule, replacement), plainly(known))
    .replace(tokenRun, (run) => (isTokenLike(run) ? mark : run))
}
