import { readFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { Ajv2020 } from 'ajv/dist/2020.js'
import { expect, test } from 'vitest'
import { parse } from 'yaml'
import { runRingtail } from './ringtail-cli.ts'

const example = new URL('../../ringtail.example.yaml', import.meta.url)

test('config schema prints a valid JSON Schema, and the example fits it', { timeout: 30_000 }, async () => {
  const { code, out, err } = await runRingtail(['config', 'schema'], tmpdir())
  expect({ code, err }).toEqual({ code: 0, err: '' })
  const schema = JSON.parse(out)
  const ajv = new Ajv2020({ allErrors: true, validateFormats: false, strict: true, strictTypes: false })
  expect(ajv.validateSchema(schema), ajv.errorsText()).toBe(true)
  const isValid = ajv.compile(schema)
  expect(isValid(parse(readFileSync(example, 'utf8'))), ajv.errorsText(isValid.errors)).toBe(true)
  expect(isValid({ kafka: { brokers: ['a:1'] }, sources: [], colour: 'red' })).toBe(false)
})
