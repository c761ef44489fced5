import { spawn } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'

const root = resolve(import.meta.dirname, '../..')
let folder = ''
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'ringtail-main-'))
})
afterAll(() => rmSync(folder, { recursive: true }))

interface Outcome {
  readonly code: number | null
  readonly out: string
  readonly err: string
}

/** Runs the command line as an operator does. */
function ringtail(...words: string[]): Promise<Outcome> {
  return new Promise((done, fail) => {
    const child = spawn(process.execPath, [join(root, 'src/main.ts'), ...words], { cwd: folder, env: { PATH: '' } })
    let out = ''
    let err = ''
    child.stdout.on('data', (chunk) => {
      out += String(chunk)
    })
    child.stderr.on('data', (chunk) => {
      err += String(chunk)
    })
    child.on('error', fail)
    child.on('close', (code) => done({ code, out, err }))
  })
}

describe('ringtail', { timeout: 30_000 }, () => {
  it('prints the JSON Schema', async () => {
    const { code, out, err } = await ringtail('config', 'schema')
    expect({ code, err }).toEqual({ code: 0, err: '' })
    expect(JSON.parse(out)).toMatchObject({ $schema: 'https://json-schema.org/draft/2020-12/schema' })
  })

  it('shows help with examples, and its version', async () => {
    const [help, ofPeek, version] = await Promise.all([
      ringtail('--help'),
      ringtail('peek', '--help'),
      ringtail('--version'),
    ])
    expect(help).toMatchObject({ code: 0, err: '' })
    expect(help.out).toMatch(/Commands:[\s\S]*run[\s\S]*Examples:/)
    expect(ofPeek.out).toMatch(/peek \[options\] <source>[\s\S]*--count[\s\S]*--json[\s\S]*--config[\s\S]*Examples:/)
    expect(version).toMatchObject({ code: 0, out: expect.stringMatching(/^\d+\.\d+\.\d+\n$/) })
  })

  it.each([
    [[], /Usage: ringtail/],
    [['topics'], /Usage: ringtail topics/],
    [['chek'], /unknown command 'chek'[\s\S]*Did you mean check\?/],
    [['config', 'shema'], /Did you mean schema\?/],
    [['run', '--confg', 'x'], /Did you mean --config\?/],
    [['peek'], /missing required argument 'source'/],
    [['peek', 'a', 'b'], /too many arguments/],
    [['peek', 'a', '--count', '0'], /Expected a whole number/],
    [['topics', 'plan', '--format', 'xml'], /Allowed choices are kafka, strimzi/],
  ])('exits 2 after %j', async (words, message) => {
    const { code, out, err } = await ringtail(...words)
    expect({ code, out }).toEqual({ code: 2, out: '' })
    expect(err).toMatch(message)
  })

  it('exits 78 with every fault of the configuration', async () => {
    writeFileSync(join(folder, 'bad.yaml'), 'kafka: { brokers: [x] }\nsources: 5\n')
    const { code, out, err } = await ringtail('check', '-c', 'bad.yaml')
    expect({ code, out }).toEqual({ code: 78, out: '' })
    expect(err.trimEnd().split('\n')).toEqual([
      'error: the configuration has 3 faults',
      'bad.yaml:1:1 schemaRegistry: is missing: expected a mapping of keys',
      'bad.yaml:1:20 kafka.brokers.0: expected host:port, got "x"',
      'bad.yaml:2:10 sources: expected a list, got 5',
    ])
  })

  it('exits 78 without a configuration, wherever --config stands', async () => {
    const runs = await Promise.all([ringtail('run'), ringtail('--config', 'none.yaml', 'check')])
    expect(runs).toMatchObject([
      { code: 78, err: expect.stringContaining("ringtail.yaml: can't read the configuration: no such file") },
      { code: 78, err: expect.stringContaining('none.yaml: ') },
    ])
  })

  it('exits 1 with a code and advice where a command fails', async () => {
    writeFileSync(
      join(folder, 'good.yaml'),
      'kafka: { brokers: ["127.0.0.1:9"] }\nschemaRegistry: { url: http://127.0.0.1:9 }\nsources: []\n',
    )
    const { code, err } = await ringtail('peek', 'nobody', '-c', 'good.yaml')
    expect(code).toBe(1)
    expect(err).toMatch(/^error RT-SOURCE-UNKNOWN: .*\n.*\nsee docs\/runbooks\/RT-SOURCE-UNKNOWN\.md$/m)
  })
})
