import type { ServerResponse } from 'node:http'
import { createServer } from 'node:net'
import { buffer, text } from 'node:stream/consumers'
import zlib from 'node:zlib'
import { describe, expect, onTestFinished, test } from 'vitest'
import { publicAddresses } from '../../src/http/public-address.ts'
import { RingtailError } from '../../src/model/errors.ts'
import { get, sendOptions, serve, testClient } from './fakes.ts'

const megabyte = 1024 ** 2
const impatient = { headersTimeoutMs: 100, bodyTimeoutMs: 100 }

/** Asks a server that answers so, as text. */
async function textOf(answer: (response: ServerResponse) => void, settings = {}): Promise<string> {
  const { origin } = await serve((_, response) => answer(response))
  const got = await testClient(settings)(get(`${origin}/calls?key=s3cret`), sendOptions())
  return got.text()
}

/** A server of raw bytes, for what node:http would not write. */
async function serveBytes(bytes: string): Promise<string> {
  const server = createServer((socket) => {
    socket.on('error', () => {})
    socket.once('data', () => socket.end(bytes))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => void server.close())
  const address = server.address()
  return `http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}`
}

const failsWith = (code: string, retryable = true) =>
  expect.objectContaining({ name: 'RingtailError', code, retryable })

describe('a good answer', () => {
  test('has status, headers, the clock of the provider and a text', async () => {
    const { origin } = await serve((request, response) => {
      response.writeHead(404, { Date: 'Sun, 01 Nov 2026 10:00:00 GMT', 'Set-Cookie': ['a=1', 'b=2'], 'X-One': 'two' })
      response.end(`${request.method} ${request.headers['user-agent']} ${request.headers['accept-encoding']}`)
    })
    const answer = await testClient()(get(`${origin}/calls?key=s3cret`), sendOptions())
    expect(answer.status).toBe(404)
    expect(answer.headers).toMatchObject({ 'x-one': 'two', 'set-cookie': 'b=2' })
    expect(answer.dateMs).toBe(Date.UTC(2026, 10, 1, 10))
    expect(answer.shownUrl).toBe(`${origin}/calls?key`)
    expect(await answer.text()).toBe('GET ringtail/1.2.3 gzip')
    expect(await answer.ended).toEqual({ bytes: 23, error: undefined })
  })

  test('carries a request body and its headers', async () => {
    const { origin } = await serve((request, response) => {
      const { method, headers } = request
      void text(request).then((body) => response.end(`${method} ${headers['content-type']} ${body}`))
    })
    const request = get(origin, { method: 'POST', headers: { 'content-type': 'application/json' }, body: '{"a":1}' })
    const answer = await testClient()(request, sendOptions())
    expect(await answer.text()).toBe('POST application/json {"a":1}')
  })

  test('says our own time where the provider says none that can be read', async () => {
    const { origin } = await serve((_, response) => response.setHeader('Date', 'soon').end())
    const before = Date.now()
    const answer = await testClient()(get(origin), sendOptions())
    expect(answer.dateMs).toBeGreaterThanOrEqual(before)
  })

  test('of many megabytes is read in pieces', async () => {
    const { origin } = await serve((_, response) => response.end(Buffer.alloc(20 * megabyte, 'x')))
    const answer = await testClient()(get(origin), sendOptions())
    let bytes = 0
    for await (const piece of answer.body) bytes += piece.length
    expect(bytes).toBe(20 * megabyte)
  })

  test('can be read once', async () => {
    const { origin } = await serve((_, response) => response.end('x'))
    const answer = await testClient()(get(origin), sendOptions())
    await answer.text()
    await expect(answer.text()).rejects.toThrow('read already')
    expect(() => answer.body[Symbol.asyncIterator]()).toThrow('read already')
  })

  test('loses its byte order mark', async () => {
    expect(await textOf((response) => response.end(Buffer.from('\uFEFF{}')))).toBe('{}')
  })

  test('uses its connections again', async () => {
    const { origin, server } = await serve((_, response) => response.end('x'))
    let connections = 0
    server.on('connection', () => connections++)
    const send = testClient()
    for (let n = 0; n < 5; n++) await (await send(get(origin), sendOptions())).text()
    for (let n = 0; n < 5; n++) await (await send(get(origin), sendOptions())).discard()
    // A second one where the first is not quite free yet.
    expect(connections).toBeLessThanOrEqual(2)
  })

  test('is not followed where it redirects', async () => {
    const { origin } = await serve((_, response) => response.writeHead(302, { Location: '/elsewhere' }).end())
    const answer = await testClient()(get(origin), sendOptions())
    expect([answer.status, answer.headers['location']]).toEqual([302, '/elsewhere'])
  })

  test('has ended once its last byte is here, even if nobody reads it', async () => {
    const { origin } = await serve((_, response) => response.end('nobody wants this'))
    const answer = await testClient()(get(origin), sendOptions())
    expect(await answer.ended).toEqual({ bytes: 17, error: undefined })
  })
})

describe('a compressed answer', () => {
  const records = JSON.stringify(Array.from({ length: 5_000 }, (_, id) => ({ id, name: 'zażółć' })))
  const ways = {
    gzip: zlib.gzipSync,
    'x-gzip': zlib.gzipSync,
    deflate: zlib.deflateSync,
    br: zlib.brotliCompressSync,
    zstd: zlib.zstdCompressSync,
  }

  test.each(Object.entries(ways))('in %s is decoded, asked for or not', async (encoding, compress) => {
    const answer = (response: ServerResponse) =>
      response.writeHead(200, { 'Content-Encoding': encoding.toUpperCase() }).end(compress(records))
    expect(await textOf(answer, { compression: false })).toBe(records)
  })

  test.each(Object.entries(ways))('in %s that breaks off is cut', async (encoding, compress) => {
    const answer = (response: ServerResponse) =>
      response.writeHead(200, { 'Content-Encoding': encoding }).end(compress(records).subarray(0, -9))
    await expect(textOf(answer)).rejects.toEqual(failsWith('RT-HTTP-CUT'))
  })

  test.each(Object.keys(ways))('that is not %s at all is cut', async (encoding) => {
    const answer = (response: ServerResponse) => response.writeHead(200, { 'Content-Encoding': encoding }).end(records)
    await expect(textOf(answer)).rejects.toEqual(failsWith('RT-HTTP-CUT'))
  })

  test.each(['compress', 'gzip, gzip', 'constructor'])('in %s is refused', async (encoding) => {
    const answer = (response: ServerResponse) => response.writeHead(200, { 'Content-Encoding': encoding }).end(records)
    await expect(textOf(answer)).rejects.toEqual(failsWith('RT-ANSWER-ENCODING'))
  })

  test('that is a bomb goes off harmlessly', async () => {
    const bomb = zlib.gzipSync(Buffer.alloc(50 * megabyte))
    const { origin } = await serve((_, response) => response.writeHead(200, { 'Content-Encoding': 'gzip' }).end(bomb))
    const answer = await testClient({ maxTextBytes: megabyte })(get(origin), sendOptions())
    await expect(answer.text()).rejects.toEqual(failsWith('RT-HTTP-TOO-LARGE'))
    expect(await answer.ended).toBeDefined()
  })

  test('that never becomes anything is bounded by what came over the wire', async () => {
    const nothing = zlib.gzipSync('')
    const answer = (response: ServerResponse) =>
      response.writeHead(200, { 'Content-Encoding': 'gzip' }).end(Buffer.concat(Array(1_000).fill(nothing)))
    await expect(textOf(answer, { maxBodyBytes: 5_000 })).rejects.toEqual(failsWith('RT-HTTP-TOO-LARGE'))
  })
})

describe('a body that is cut', () => {
  test('before the announced length', async () => {
    const answer = (response: ServerResponse) => {
      response.writeHead(200, { 'Content-Length': 100 })
      response.write('{"records": [', () => response.destroy())
    }
    await expect(textOf(answer)).rejects.toEqual(failsWith('RT-HTTP-CUT'))
  })

  test('before the announced length, closed in good manners', async () => {
    const origin = await serveBytes('HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{"records": [')
    const answer = await testClient()(get(origin), sendOptions())
    await expect(answer.text()).rejects.toEqual(failsWith('RT-HTTP-CUT'))
  })

  test('between two chunks', async () => {
    const answer = (response: ServerResponse) => {
      response.writeHead(200)
      response.write('{"records": [', () => response.destroy())
    }
    await expect(textOf(answer)).rejects.toEqual(failsWith('RT-HTTP-CUT'))
  })

  test('between two chunks, closed in good manners', async () => {
    const origin = await serveBytes('HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n{"rec\r\n')
    const answer = await testClient()(get(origin), sendOptions())
    await expect(answer.text()).rejects.toEqual(failsWith('RT-HTTP-CUT'))
  })

  test('by a reset, in a stream of pieces', async () => {
    const { origin } = await serve((_, response) => {
      response.writeHead(200)
      response.write(Buffer.alloc(megabyte, 'x'), () => response.socket?.resetAndDestroy())
    })
    const answer = await testClient()(get(origin), sendOptions())
    await expect(buffer(answer.body)).rejects.toEqual(failsWith('RT-HTTP-CUT'))
    expect((await answer.ended).error).toBeInstanceOf(Error)
  })

  test('before its headers', async () => {
    await expect(textOf((response) => response.socket?.resetAndDestroy())).rejects.toEqual(failsWith('RT-HTTP-CUT'))
  })

  test('because it is not HTTP', async () => {
    const origin = await serveBytes('SSH-2.0-OpenSSH_9.9 +15551234567\r\n\r\n')
    const failure: unknown = await testClient()(get(origin), sendOptions()).catch((error: unknown) => error)
    expect(failure).toEqual(failsWith('RT-HTTP-CUT'))
    const cause = failure instanceof Error ? failure.cause : undefined
    expect(cause).toBeInstanceOf(Error)
    expect(JSON.stringify(Object.entries(Object(cause)))).not.toContain('5551234567')
  })
})

describe('a provider that takes too long', () => {
  test('to begin its answer', async () => {
    await expect(textOf(() => {}, impatient)).rejects.toEqual(failsWith('RT-HTTP-TIMEOUT'))
  })

  test('with headers that drip', async () => {
    const server = createServer((socket) => {
      socket.on('error', () => {})
      socket.write('HTTP/1.1 200 OK\r\n')
      const drip = setInterval(() => socket.write('X'), 40)
      socket.on('close', () => clearInterval(drip))
    })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    onTestFinished(() => void server.close())
    const address = server.address()
    const origin = `http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}`
    await expect(testClient(impatient)(get(origin), sendOptions())).rejects.toEqual(failsWith('RT-HTTP-TIMEOUT'))
  })

  test('in the middle of its body', async () => {
    const answer = (response: ServerResponse) => void response.writeHead(200).write('{"records": [')
    await expect(textOf(answer, impatient)).rejects.toEqual(failsWith('RT-HTTP-TIMEOUT'))
  })

  test('with a body that drips', async () => {
    const { origin } = await serve((_, response) => {
      const drip = setInterval(() => response.write(' '), 20)
      response.on('close', () => clearInterval(drip))
    })
    const answer = await testClient({ answerTimeoutMs: 200 })(get(origin), sendOptions())
    await expect(answer.text()).rejects.toEqual(failsWith('RT-HTTP-TIMEOUT'))
    expect((await answer.ended).error).toEqual(failsWith('RT-HTTP-TIMEOUT'))
  })

  test('is not blamed for a reader who takes long', async () => {
    const { origin } = await serve((_, response) => response.end(Buffer.alloc(4 * megabyte, 'x')))
    const answer = await testClient({ answerTimeoutMs: 150 })(get(origin), sendOptions())
    let bytes = 0
    for await (const piece of answer.body) {
      if (bytes === 0) await new Promise((resolve) => setTimeout(resolve, 400))
      bytes += piece.length
    }
    expect(bytes).toBe(4 * megabyte)
  })
})

describe('a provider that cannot be reached', () => {
  test('because nobody listens', async () => {
    const failure = testClient()(get('http://127.0.0.1:1/calls?key=s3cret'), sendOptions())
    await expect(failure).rejects.toEqual(failsWith('RT-HTTP-CONNECT'))
    await expect(failure).rejects.toThrow(
      'GET http://127.0.0.1:1/calls?key: the provider cannot be reached (ECONNREFUSED)',
    )
  })

  test('because there is no such name', async () => {
    const failure = testClient()(get('http://nobody.invalid/'), sendOptions())
    await expect(failure).rejects.toEqual(failsWith('RT-HTTP-CONNECT'))
  })

  test('because it does not speak TLS', async () => {
    const { origin } = await serve((_, response) => response.end())
    const failure = testClient()(get(origin.replace('http:', 'https:')), sendOptions())
    await expect(failure).rejects.toEqual(failsWith('RT-HTTP-TLS'))
  })

  test('because its address is not public', async () => {
    const client = testClient({ guard: publicAddresses({ allowHttp: true }) })
    for (const url of ['http://127.0.0.1:1/', 'http://localhost:1/', 'http://[::1]:1/', 'http://0x7f.1:1/']) {
      await expect(client(get(url), sendOptions())).rejects.toEqual(failsWith('RT-HTTP-EGRESS', false))
    }
  })
})

describe('what we refuse', () => {
  test.each([{ maxTextBytes: 1_000 }, { maxTextBytes: 1_000, maxBodyBytes: 100 }])(
    'too large a text: %o',
    async (caps) => {
      await expect(textOf((response) => response.end('x'.repeat(1_001)), caps)).rejects.toEqual(
        failsWith('RT-HTTP-TOO-LARGE'),
      )
    },
  )

  test('too large a body', async () => {
    const { origin } = await serve((_, response) => {
      const more = () => response.write(Buffer.alloc(megabyte), more)
      more()
    })
    const answer = await testClient({ maxBodyBytes: 3 * megabyte })(get(origin), sendOptions())
    await expect(buffer(answer.body)).rejects.toEqual(failsWith('RT-HTTP-TOO-LARGE'))
    expect((await answer.ended).error).toEqual(failsWith('RT-HTTP-TOO-LARGE'))
  })

  test('text that is not UTF-8', async () => {
    await expect(textOf((response) => response.end(Buffer.from('caf\xe9', 'latin1')))).rejects.toEqual(
      failsWith('RT-ANSWER-ENCODING'),
    )
  })

  test('credentials that would break a header, without showing them', async () => {
    const { origin } = await serve((_, response) => response.end())
    const failure: unknown = await testClient()(
      get(origin, { headers: { authorization: 'Bearer s3cret\r\nX: y' } }),
      sendOptions(),
    ).catch((error: unknown) => error)
    expect(failure).toEqual(failsWith('RT-HTTP-REQUEST', false))
    expect(
      failure instanceof RingtailError && `${failure.message} ${String(failure.cause)} ${failure.advice}`,
    ).not.toContain('s3cret')
  })
})

describe('letting go', () => {
  test('of a body without end', async () => {
    const { origin } = await serve((_, response) => {
      const more = () => response.write(Buffer.alloc(megabyte), more)
      more()
    })
    const answer = await testClient()(get(origin), sendOptions())
    await answer.discard()
    expect((await answer.ended).error).toBeUndefined()
  })

  test('by breaking out of reading', async () => {
    const { origin } = await serve((_, response) => response.end(Buffer.alloc(8 * megabyte)))
    const answer = await testClient()(get(origin), sendOptions())
    for await (const _ of answer.body) break
    expect((await answer.ended).error).toBeUndefined()
  })

  test('before, while and after the headers come, by the signal', async () => {
    const { origin } = await serve((request, response) => {
      if (request.url === '/body')
        response.writeHead(200, { 'Content-Encoding': 'gzip' }).write(zlib.gzipSync('x').subarray(0, 12))
    })
    const reason = new Error('stopping')
    const send = testClient()
    await expect(send(get(origin), sendOptions({ signal: AbortSignal.abort(reason) }))).rejects.toBe(reason)

    const waiting = new AbortController()
    const noAnswer = send(get(origin), sendOptions({ signal: waiting.signal }))
    setTimeout(() => waiting.abort(reason), 20)
    await expect(noAnswer).rejects.toBe(reason)

    const reading = new AbortController()
    const answer = await send(get(`${origin}/body`), sendOptions({ signal: reading.signal }))
    setTimeout(() => reading.abort(reason), 20)
    await expect(answer.text()).rejects.toBe(reason)
    expect((await answer.ended).error).toBeUndefined()
  })
})
