import { expect, test } from 'vitest'
import { withStatus } from '../../src/http/status.ts'
import { RingtailError } from '../../src/model/errors.ts'
import { Secret } from '../../src/model/secret.ts'
import { fakeAnswer, fakeSend, get, sendOptions, serve, testClient } from './fakes.ts'

const secrets = [new Secret('Bearer s3cret/token')]

async function failureOf(status: number, headers = {}, body = '', url = 'https://api.example.com/calls') {
  const send = withStatus(
    fakeSend(() => fakeAnswer({ status, headers }, body)),
    'main',
    secrets,
  )
  return send(get(url), sendOptions()).then(
    () => undefined,
    (error: unknown) => (error instanceof RingtailError ? error : undefined),
  )
}

test.each([
  [204, 'RT-HTTP-2XX'],
  [301, 'RT-HTTP-REDIRECT'],
  [304, 'RT-HTTP-REDIRECT'],
  [400, 'RT-HTTP-4XX'],
  [401, 'RT-AUTH-401'],
  [403, 'RT-AUTH-403'],
  [404, 'RT-HTTP-404'],
  [410, 'RT-HTTP-410'],
  [429, 'RT-HTTP-429'],
  [500, 'RT-HTTP-5XX'],
  [503, 'RT-HTTP-5XX'],
  [599, 'RT-HTTP-5XX'],
])('%i is %s', async (status, code) => {
  const failure = await failureOf(status, { 'retry-after': '7' })
  expect(failure).toMatchObject({ code, status, retryable: true, retryAfterMs: 7_000 })
  expect(failure?.message).toBe(`main: ${status} for GET https://api.example.com/calls`)
  expect(failure?.advice).toMatch(/^[A-Z].*\.$/)
})

test('200 and expected statuses pass, unread', async () => {
  for (const [status, expected] of [
    [200, []],
    [404, [404]],
    [302, [200, 302]],
  ] as const) {
    const answer = fakeAnswer({ status }, 'body')
    const send = withStatus(
      fakeSend(() => answer),
      'main',
      secrets,
    )
    expect(await send(get('https://api.example.com/calls', { expect: expected }), sendOptions())).toBe(answer)
  }
})

test('the message has the beginning of the body, without what must not be shown', async () => {
  const url = 'https://api.example.com/calls?key=queryKey1'
  const said = `<html>\n  <p>Token s3cret/token or s3cret\\/token or queryKey1, agent +1 (555) 123-4567, ann@example.com</p>${' x'.repeat(300)}`
  const failure = await failureOf(403, {}, said, url)
  expect(failure?.message).toContain(': <html> <p>Token [redacted] or [redacted] or [redacted], agent ')
  expect(failure?.message).not.toMatch(/s3cret|queryKey1|555|ann@/)
  expect(failure?.message.length).toBeLessThan(280)
})

test('a secret is not cut into a half that shows', async () => {
  for (let before = 180; before < 205; before++) {
    const failure = await failureOf(400, {}, `${'x '.repeat(before).slice(0, before)} s3cret/token`)
    expect(failure?.message).not.toContain('s3c')
  }
})

test('a refusal whose explanation breaks off, never ends or is no text is the same refusal', async () => {
  const endless = Buffer.alloc(1024 ** 2, 0xff)
  const { origin } = await serve((request, response) => {
    response.writeHead(401)
    const more = () => response.write(endless, more)
    if (request.url === '/endless') more()
    else response.write('{"err', () => response.destroy())
  })
  const send = withStatus(testClient(), 'main', secrets)
  for (const path of ['/endless', '/broken']) {
    await expect(send(get(origin + path), sendOptions())).rejects.toMatchObject({ code: 'RT-AUTH-401' })
  }
})
