import { inspect } from 'node:util'
import { describe, expect, test } from 'vitest'
import { jsonAnswer } from '../../src/providers/json-answer.ts'
import { fakeAnswer } from '../fakes.ts'

test.each([
  'application/json',
  'application/json; charset=utf-8',
  'Application/HAL+JSON',
  'text/json',
  'text/plain',
  '',
])('an object as %j is read', async (contentType) => {
  const answer = fakeAnswer({
    headers: contentType === '' ? {} : { 'content-type': contentType },
    body: '{ "a": 1.10 }',
  })
  expect(await jsonAnswer(answer)).toEqual({ text: '{ "a": 1.10 }', object: { a: 1.1 } })
})

describe('a failure says what came, and nothing of what was in it', () => {
  test.each([
    ['', 'an empty body'],
    ['  \n', 'an empty body'],
    ['<html>15012678830</html>', '24 characters that are not JSON'],
    ['{"number":15012678830', '21 characters that are not JSON'],
    ['[15012678830]', 'an array'],
    ['"15012678830"', 'a string'],
    ['15012678830', 'a number'],
    ['null', 'null'],
  ])('%j', async (body, got) => {
    const error = await jsonAnswer(fakeAnswer({ body })).catch((caught: unknown) => caught)
    expect(error).toMatchObject({ code: 'RT-ANSWER-SHAPE', retryable: true, status: 200 })
    expect(String(error)).toContain(`GET /fake answered ${got} where`)
    expect(inspect(error)).not.toContain('15012678830')
  })

  test('another content type', async () => {
    const answer = fakeAnswer({ headers: { 'content-type': 'text/html; charset=utf-8' }, body: '{"a":1}' })
    await expect(jsonAnswer(answer)).rejects.toThrow('answered text/html where a JSON object was expected')
  })
})
