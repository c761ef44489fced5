import { readdirSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { describe, expect, test } from 'vitest'

const root = resolve(import.meta.dirname, '../..')
const folder = join(root, 'docs/runbooks')
const pages = readdirSync(folder)
  .filter((file) => file !== 'README.md')
  .map((file) => ({ code: file.replace(/\.md$/, ''), text: readFileSync(join(folder, file), 'utf8') }))

/** Every code that the files of a folder name, in code or in comments. */
function codesIn(path: string): string[] {
  const texts = readdirSync(path, { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.ts'))
    .map((file) => readFileSync(join(path, file), 'utf8'))
  const found = texts.flatMap((text) => text.match(/\bRT-[A-Z0-9]+(?:-[A-Z0-9]+)+\b/g) ?? [])
  return [...new Set(found)].sort()
}

describe('docs/runbooks', () => {
  test('has a page for every code in src/, and no page without one', () => {
    expect(pages.map(({ code }) => code).sort()).toEqual(codesIn(join(root, 'src')))
  })

  test.each(pages)('$code says what it means, what happens meanwhile, what to check and when it is mended', (page) => {
    const { code, text } = page
    expect(text).toMatch(new RegExp(`^# ${code}: .+\\n\\n\\S`))
    expect(text).toMatch(
      /\n\n\*\*Meanwhile:\*\* \S[\s\S]*\n\n\*\*Check\*\*\n\n(- .+\n(?: {2}.+\n)*){2,}\n\*\*Mended when\*\* \S/,
    )
    const lines = text.trimEnd().split('\n').length
    expect(lines).toBeGreaterThanOrEqual(10)
    expect(lines).toBeLessThanOrEqual(25)
  })

  test('is listed in its README, with the titles of the pages', () => {
    const rows = pages.map(({ code, text }) => `| [${code}](${code}.md) | ${/^# \S+: (.+)$/m.exec(text)?.[1]} |`)
    const listed = readFileSync(join(folder, 'README.md'), 'utf8')
      .split('\n')
      .filter((line) => line.startsWith('| ['))
    expect(listed).toEqual(rows.sort())
  })
})
