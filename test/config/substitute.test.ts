// biome-ignore-all lint/suspicious/noTemplateCurlyInString: the texts show the syntax of the configuration
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { substitute } from '../../src/config/substitute.ts'

let folder = ''
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'ringtail-substitute-'))
  writeFileSync(join(folder, 'token'), 'from-file\n')
})
afterAll(() => rmSync(folder, { recursive: true }))

const textOf = (text: string, env: Record<string, string> = {}) => substitute(text, { env, folder }).text

describe('substitute', () => {
  it('puts in variables, defaults and files, several in one text', () => {
    expect(textOf('${A}-${B:-b}-${file:token}', { A: 'a' })).toBe('a-b-from-file')
  })

  it('takes the default where the variable is empty, and the variable where it is not', () => {
    expect(textOf('${A:-b}', { A: '' })).toBe('b')
    expect(textOf('${A:-b}', { A: 'a' })).toBe('a')
    expect(textOf('${A}', { A: '' })).toBe('')
  })

  it('leaves the key out for an empty default alone', () => {
    expect(textOf('${A:-}')).toBeUndefined()
    expect(textOf('x${A:-}')).toBe('x')
  })

  it('does not read again what was put in', () => {
    expect(textOf('${A}', { A: '${B} $& $1', B: 'b' })).toBe('${B} $& $1')
  })

  it('writes a literal for $${', () => {
    expect(substitute('$${A} costs $5', { env: {}, folder })).toMatchObject({ text: '${A} costs $5', problems: [] })
  })

  it('says where values come from', () => {
    expect(substitute('${A:-secret}${file:token}', { env: {}, folder }).from).toEqual(['${A}', '${file:token}'])
  })

  it.each([
    ['${A}', 'the environment variable A is not set'],
    ['${file:none}', "can't read the file none: no such file"],
    ['${A', 'expected a substitution'],
    ['${a b}', 'expected a substitution'],
    ['${}', 'expected a substitution'],
    ['${file:${A}}', "can't read the file"],
  ])('reports %s', (text, reason) => {
    expect(substitute(text, { env: {}, folder }).problems[0]?.reason).toContain(reason)
  })

  it('leaves texts without a substitution alone', () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        fc.pre(!text.includes('${'))
        expect(substitute(text, { env: {}, folder })).toEqual({ text, from: [], problems: [] })
      }),
    )
  })
})
