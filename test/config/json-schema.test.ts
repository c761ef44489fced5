import { readFileSync } from 'node:fs'
import { Ajv2020 } from 'ajv/dist/2020.js'
import { describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { allIssues } from '../../src/config/flat-issues.ts'
import { configJsonSchema } from '../../src/config/json-schema.ts'
import { isNode, propertiesOf } from '../../src/config/json-schema-node.ts'
import { loadSettings } from '../../src/config/load.ts'
import { sourceKeys } from '../../src/config/source-section.ts'
import { providers } from '../../src/providers/index.ts'
import { either, fake, other } from './fake-provider.ts'
import { configWith, head } from './load-text.ts'

const example = new URL('../../ringtail.example.yaml', import.meta.url)

function validatorOf(list: typeof providers) {
  const ajv = new Ajv2020({ allErrors: true, validateFormats: false })
  return ajv.compile(configJsonSchema(list))
}

describe('the JSON Schema of the configuration', () => {
  const isValid = (text: string) => validatorOf([fake, other, either])(parse(text))

  it('takes what is right', () => {
    expect(isValid(configWith('poll: 5s\npageSize: 5'))).toBe(true)
    expect(isValid(`${head}  - { name: a, provider: either, auth: { tokenUrl: a, jwt: b } }`)).toBe(true)
  })

  it('takes a substitution for any value', () => {
    const keys = ['poll', 'since', 'pageSize', 'wideOpen'].map((key) => `${key}: "\${X}"`)
    expect(isValid(configWith(keys.join('\n')))).toBe(true)
  })

  it.each(['poll: 5', 'pol: 5s', 'pageSize: 5000', 'cluster: x', 'media: { recording: true }', 'since: yesterday'])(
    'refuses a source with %s',
    (line) => {
      expect(isValid(configWith(line))).toBe(false)
    },
  )

  it('refuses unknown sections and missing ones', () => {
    expect(isValid(`even: {}\n${configWith('')}`)).toBe(false)
    expect(isValid('app: {}')).toBe(false)
  })

  it('describes every key', () => {
    expect(undescribed(configJsonSchema(providers), 'root')).toEqual([])
  })
})

describe('ringtail.example.yaml', () => {
  it('fits the JSON Schema', () => {
    const validate = validatorOf(providers)
    validate(parse(readFileSync(example, 'utf8')))
    expect(validate.errors).toBeNull()
  })

  it('loads without a warning', () => {
    const { settings, warnings } = loadSettings({ path: example.pathname, env: { CARRIERX_TOKEN: 'a' }, providers })
    expect(warnings).toEqual([])
    expect(settings.sources).toHaveLength(1)
  })

  it('shows every key, if only in a comment', () => {
    const text = readFileSync(example, 'utf8')
    const missing = keysOf(configJsonSchema(providers)).filter((key) => !new RegExp(`^[ #-]*${key}:`, 'm').test(text))
    expect(missing).toEqual([])
  })
})

describe.each(providers)('the settings of $name', ({ settings }) => {
  const unknownKeys = (value: unknown) => {
    const issues = allIssues(settings.safeParse(value).error?.issues ?? [])
    return new Set(issues.flatMap((issue) => (issue.code === 'unrecognized_keys' ? issue.keys : [])))
  }

  it('refuse unknown keys', () => {
    expect(unknownKeys({ noSuchKey: 1 })).toContain('noSuchKey')
  })

  it('have no key that every source has', () => {
    const common = Object.keys(sourceKeys(providers))
    expect(unknownKeys(Object.fromEntries(common.map((key) => [key, 1])))).toEqual(new Set(common))
  })
})

/** Paths of the keys without a description. */
function undescribed(node: unknown, path: string): string[] {
  if (Array.isArray(node)) return node.flatMap((one) => undescribed(one, path))
  if (!isNode(node)) return []
  const own = Object.entries(propertiesOf(node)).filter(([, child]) => typeof child['description'] !== 'string')
  const inside = Object.entries(node).flatMap(([key, child]) =>
    key === 'if' ? [] : undescribed(child, `${path}.${key}`),
  )
  return [...own.map(([key]) => `${path}.${key}`), ...inside]
}

function keysOf(node: unknown): string[] {
  if (Array.isArray(node)) return node.flatMap(keysOf)
  if (!isNode(node)) return []
  return [...Object.keys(propertiesOf(node)), ...Object.values(node).flatMap(keysOf)]
}
