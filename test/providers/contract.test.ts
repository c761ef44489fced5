import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { inspect } from 'node:util'
import { describe, expect, test } from 'vitest'
import { RingtailError } from '../../src/model/errors.ts'
import { providers } from '../../src/providers/index.ts'
import { fakeAnswer } from '../fakes.ts'
import { type Account, opened, outcomeOf, type SavedAnswer, waysOf } from './outcome.ts'

/*
 * What every provider must do, shown by its fixtures in `test/fixtures/<provider>/`; nobody edits this file to add one.
 * `account.json` opens it, `<case>.answer.json` is a saved answer, `<case>.expected.json` what must become of it
 * (`outcome.ts`). `vitest run -u` writes expectations anew: read them before they are committed.
 */
const fixtures = new URL('../fixtures/', import.meta.url)
const spilled = 'secret-in-the-body +15005550006'
const wrongBodies: Readonly<Record<string, string>> = {
  'an empty object': '{}',
  'an empty array': '[]',
  null: 'null',
  'a number': '15005550006',
  'an HTML page': `<!doctype html><html><body>${spilled}</body></html>`,
  'an error object': `{"errors":[{"message":"${spilled}"}]}`,
  'nothing at all': '',
  'half an object': `{"items":["${spilled}`,
}

describe.each(providers.map((provider) => [provider.name, provider] as const))('%s', (name, provider) => {
  const folder = new URL(`${name}/`, fixtures)
  const account: Account = readJson(new URL('account.json', folder))
  const files = readdirSync(folder)
  const cases = files.flatMap((file) => /^(.+)\.answer\.json$/.exec(file)?.[1] ?? [])
  const saved = (title: string): SavedAnswer => readJson(new URL(`${title}.answer.json`, folder))
  const read = (title: string) => outcomeOf(provider, account, saved(title))
  const source = opened(provider, account)

  test('has fixtures, none without an answer, and a secret in its account', () => {
    expect(cases).not.toHaveLength(0)
    expect(JSON.stringify(account.settings)).toContain('"secret-')
    for (const file of files) {
      const answer = file.replace('.expected.json', '.answer.json')
      expect(existsSync(new URL(answer, folder)), answer).toBe(true)
    }
  })

  test.each(cases)('%s: the saved answer becomes what is expected', async (title) => {
    const outcome = `${JSON.stringify(await read(title), undefined, 2)}\n`
    expect(outcome).not.toContain('secret-')
    await expect(outcome).toMatchFileSnapshot(new URL(`${title}.expected.json`, folder).pathname)
  })

  test.each(cases)('%s: reading twice gives equal results, and cursors survive JSON', async (title) => {
    const outcome = await read(title)
    expect(await read(title)).toEqual(outcome)
    for (const { next } of outcome.pages ?? []) expect(JSON.parse(JSON.stringify(next))).toEqual(next)
  })

  test.each(cases.filter((title) => isWhole(saved(title))))('%s: a body cut short is a failure', async (title) => {
    const text = bodyText(saved(title))
    for (const length of [1, text.length >> 1, text.length - 1]) {
      const { error } = await outcomeOf(provider, account, { ...saved(title), body: text.slice(0, length) })
      expect(error, `${length} of ${text.length} characters`).toBeDefined()
    }
  })

  test('credentials are not shown, and go to configured origins only', () => {
    expect(inspect(source, { depth: 9 })).not.toContain('secret-')
    for (const { request } of waysOf(source)) {
      expect(source.origins).toContain(request.url.origin)
      expect(inspect(request, { depth: 9 })).not.toContain('secret-')
    }
  })

  describe.each(waysOf(source))('$title', (way) => {
    const headers = { 'content-type': account.contentType ?? 'application/json' }
    const wrong = Object.entries(wrongBodies).filter(([, body]) => !account.alsoRight?.includes(body))

    test.each(wrong)('%s is a failure, and its error tells nothing of it', async (_title, body) => {
      const error = await failureOf(way.read(fakeAnswer({ headers, body })))
      expect(error).toBeInstanceOf(RingtailError)
      expect(inspect(error, { depth: 9 })).not.toMatch(/secret-|5005550006/)
    })

    test('HTML that says so is a failure', async () => {
      const html = fakeAnswer({ headers: { 'content-type': 'text/html; charset=utf-8' }, body: '<html></html>' })
      expect(await failureOf(way.read(html))).toMatchObject({ code: 'RT-ANSWER-SHAPE', retryable: true })
    })

    test('bytes that are not UTF-8 are a failure', async () => {
      const body = Buffer.concat([Buffer.from('{"items":["'), Buffer.from([0xff, 0xfe]), Buffer.from('"]}')])
      expect(await failureOf(way.read(fakeAnswer({ headers, body })))).toBeInstanceOf(Error)
    })
  })
})

function failureOf(work: Promise<unknown>): Promise<unknown> {
  return work.then(
    () => undefined,
    (error: unknown) => error,
  )
}

function isWhole({ status = 200, body }: SavedAnswer): boolean {
  return status === 200 && bodyText({ body }).length > 2
}

function bodyText({ body }: Pick<SavedAnswer, 'body'>): string {
  return typeof body === 'string' ? body : JSON.stringify(body ?? '')
}

function readJson<T>(file: URL): T {
  return JSON.parse(readFileSync(file, 'utf8'))
}
