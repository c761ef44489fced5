// biome-ignore-all lint/suspicious/noTemplateCurlyInString: the texts show the syntax of the configuration
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { readYaml } from '../../src/config/read-yaml.ts'
import { shield, unshield } from '../../src/config/shield.ts'

const read = (text: string, env: Record<string, string> = {}) => readYaml(text, { env, folder: '.' })

describe('readYaml', () => {
  it('gives values with their places', () => {
    const { tree, faults } = read('a:\n  b: [1, two]\n')
    expect(faults).toEqual([])
    expect(tree?.root).toEqual({ a: { b: [1, 'two'] } })
    expect(tree?.placeOf(['a', 'b', 1])).toMatchObject({ line: 2, column: 10 })
    expect(tree?.keyPlaceOf(['a', 'b'])).toMatchObject({ line: 2, column: 3 })
    expect(tree?.nearestPlace(['a', 'missing', 'x'])).toMatchObject({ line: 2, column: 3 })
  })

  it('reads substitutions in flow mappings as they look', () => {
    const { tree } = read('a: { token: ${T}, other: ${A:-x,y: [z] #1}, c: 1 }', { T: 't: [1]\nb: 2' })
    expect(tree?.root).toEqual({ a: { token: 't: [1]\nb: 2', other: 'x,y: [z] #1', c: 1 } })
  })

  it('never takes a value for YAML', () => {
    expect(read('a: ${T}', { T: '{ b: 1 }' }).tree?.root).toEqual({ a: '{ b: 1 }' })
    expect(read('a: ${T}', { T: '8083' }).tree?.root).toEqual({ a: '8083' })
  })

  it('leaves keys, numbers and booleans alone', () => {
    expect(read('${T}: 1\nb: true\nc: null', { T: 't' }).tree?.root).toEqual({ '${T}': 1, b: true, c: null })
  })

  it('follows aliases, and refuses those that stand in themselves or have no anchor', () => {
    expect(read('a: &x { b: 1 }\nc: *x').tree?.root).toEqual({ a: { b: 1 }, c: { b: 1 } })
    expect(read('a: &x [*x]').faults).toMatchObject([{ path: 'a.0', reason: expect.stringContaining('alias') }])
    expect(read('password: *hunter2').faults[0]?.reason).toContain('starts with *')
  })

  it('reports keys that are given twice, with the place of the second', () => {
    expect(read('a: 1\na.b: 2\na: 3').faults).toEqual([
      { path: 'a', line: 3, column: 1, reason: 'this key is given twice', hint: undefined },
    ])
  })

  it.each([
    ['a: [1\nb: 2', 2],
    ['a: b: hunter2', 1],
    ['a: @hunter2', 1],
    ['\ta: hunter2', 1],
    ['a: !hunter2 x', 1],
    ['a: "hunter2\nb: 2', 2],
    ['a: 1\n---\nhunter2: 2', 2],
    ['a: ]hunter2', 1],
  ])('refuses %j, showing none of it', (text, line) => {
    const { tree, faults } = read(text)
    expect(tree).toBeUndefined()
    expect(faults[0]).toMatchObject({ path: '', line })
    expect(JSON.stringify(faults)).not.toContain('hunter2')
  })
})

describe('shield', () => {
  it('keeps every length and is taken back', () => {
    const part = fc.constantFrom('${', '}', '{', 'A', ':-', ', ', '#', '[', ']', '\n', '"', 'file:')
    fc.assert(
      fc.property(fc.array(part), (parts) => {
        const text = parts.join('')
        expect(shield(text)).toHaveLength(text.length)
        expect(unshield(shield(text))).toBe(text)
      }),
    )
  })
})
