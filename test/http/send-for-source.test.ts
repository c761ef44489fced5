import { expect, test } from 'vitest'
import type { RequestObservation } from '../../src/http/observed.ts'
import { sendForSource } from '../../src/http/send-for-source.ts'
import type { WireSend } from '../../src/http/wire.ts'
import { RingtailError } from '../../src/model/errors.ts'
import { Secret } from '../../src/model/secret.ts'
import { fakeAnswer, get, ManualClock, sendOptions, serve, settled, testClient } from './fakes.ts'

const secret = 's3cret-c4nary'

function sourceAt(origin: string, client: WireSend = testClient()) {
  const observations: RequestObservation[] = []
  const send = sendForSource({
    client,
    source: { name: 'main' },
    auth: { headers: { Authorization: new Secret(`Bearer ${secret}`) } },
    origins: [origin],
    limits: [{ requests: 100, perMs: 1_000, concurrency: 2 }],
    clock: new ManualClock(),
    hooks: { onRequest: (observation) => observations.push(observation), onThrottled: () => {} },
  })
  return { send, observations }
}

/** Everything that a log could show of an error. */
function everythingOf(error: unknown): string {
  return error instanceof Error
    ? [error.message, error.stack, JSON.stringify(error), String(Object.values(error)), everythingOf(error.cause)].join(
        '\n',
      )
    : String(error)
}

test('a request goes out with credentials and comes back as data', async () => {
  const { origin } = await serve((request, response) => response.end(request.headers.authorization))
  const { send, observations } = sourceAt(origin)
  const answer = await send(get(`${origin}/calls?key=1`), sendOptions({ feed: 'recheck-1' }))
  expect(await answer.text()).toBe(`Bearer ${secret}`)
  await settled()
  expect(observations).toEqual([{ feed: 'recheck-1', code: '2xx', seconds: 0, bytes: 20 }])
  expect(send.rateLimitState()).toEqual({ remaining: 99, waiting: 0, inFlight: 0, heldForMs: 0 })
})

test('a redirect takes the credentials nowhere', async () => {
  const received: string[] = []
  const other = await serve((request, response) => {
    received.push(JSON.stringify(request.headers))
    response.end()
  })
  const { origin } = await serve((request, response) =>
    response.writeHead(302, { Location: `${other.origin}/?${request.headers.authorization}` }).end(),
  )
  const { send, observations } = sourceAt(origin)
  await expect(send(get(origin), sendOptions())).rejects.toMatchObject({ code: 'RT-HTTP-REDIRECT' })
  await expect(send(get(other.origin), sendOptions())).rejects.toMatchObject({ code: 'RT-HTTP-EGRESS' })
  expect(received).toEqual([])
  await settled()
  expect(observations.map(({ code }) => code)).toEqual(['3xx'])
})

test.each([
  ['/401', 'RT-AUTH-401', '4xx'],
  ['/403', 'RT-AUTH-403', '4xx'],
  ['/429', 'RT-HTTP-429', '429'],
  ['/500', 'RT-HTTP-5XX', '5xx'],
  ['/reset', 'RT-HTTP-CUT', 'network'],
  ['/silence', 'RT-HTTP-TIMEOUT', 'timeout'],
])('%s fails as %s, is counted as %s and shows no secret', async (path, code, counted) => {
  const { origin } = await serve((request, response) => {
    if (path === '/reset') response.socket?.resetAndDestroy()
    else if (path !== '/silence') {
      response.writeHead(Number(path.slice(1)), { 'Retry-After': '1' })
      response.end(`{"you sent":"${request.headers.authorization}","url":"${request.url}","to":"+1 555 123 4567"}`)
    }
  })
  const { send, observations } = sourceAt(origin, testClient(path === '/silence' ? { headersTimeoutMs: 100 } : {}))
  const failure: unknown = await send(get(`${origin}${path}?key=query-c4nary`), sendOptions()).catch(
    (error: unknown) => error,
  )
  expect(failure).toBeInstanceOf(RingtailError)
  expect(failure).toMatchObject({ code, retryable: true })
  expect(everythingOf(failure)).not.toMatch(/c4nary|4567/)
  await settled()
  expect(observations).toMatchObject([{ feed: 'live', code: counted }])
})

test('a body that breaks off is counted as such', async () => {
  const { origin } = await serve((_, response) => response.write('x', () => response.destroy()))
  const { send, observations } = sourceAt(origin)
  const answer = await send(get(origin), sendOptions())
  await expect(answer.text()).rejects.toMatchObject({ code: 'RT-HTTP-CUT' })
  await settled()
  expect(observations).toMatchObject([{ code: 'network' }])
})

test('what we broke off ourselves is counted by its status, or not at all', async () => {
  const stopping = new AbortController()
  const { send, observations } = sourceAt('https://api.example.com', async (_, { signal }) => {
    signal.throwIfAborted()
    const ended = new Promise<{ bytes: number; error: Error }>((resolve) =>
      signal.addEventListener('abort', () => resolve({ bytes: 3, error: new Error('aborted') })),
    )
    return fakeAnswer({}, '', ended)
  })
  const options = sendOptions({ signal: stopping.signal })
  await send(get('https://api.example.com/'), options)
  stopping.abort()
  await expect(send(get('https://api.example.com/'), options)).rejects.toThrow()
  await settled()
  expect(observations).toMatchObject([{ code: '2xx', bytes: 3 }])
})
