import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { describe, expect, onTestFinished, test } from 'vitest'
import { type AdminDoors, startAdmin } from '../../src/admin/server.ts'

const host = '127.0.0.1'

/** A server with some doors replaced; it ends with the test. Gives its address. */
async function started(doors: Partial<AdminDoors> = {}): Promise<string> {
  const server = await startAdmin(
    { host, port: 0, token: undefined },
    {
      version: '1.2.3',
      readiness: () => [],
      metrics: async () => ({ contentType: 'text/plain; version=0.0.4; charset=utf-8', text: 'up 1\n' }),
      ...doors,
    },
  )
  onTestFinished(() => server.close())
  return `http://${host}:${(server.server.address() as AddressInfo).port}`
}

describe('/livez', () => {
  test('says that the process lives, whatever is not ready', async () => {
    const url = await started({ readiness: () => [{ name: 'group', ready: false, detail: 'not yet' }] })
    const answer = await fetch(`${url}/livez`)
    expect(answer.status).toBe(200)
    expect(answer.headers.get('content-type')).toMatch('text/plain')
    expect(await answer.text()).toBe('ok\n')
  })
})

describe('/readyz', () => {
  const group = { name: 'group', ready: true, detail: 'joined' }

  test('is 200 once every check is ready', async () => {
    const url = await started({ readiness: () => [group, { name: 'feeds', ready: true, detail: '3 of 3 started' }] })
    const answer = await fetch(`${url}/readyz`)
    expect(answer.status).toBe(200)
    expect(await answer.json()).toMatchObject({ ready: true, checks: [group, { name: 'feeds' }] })
  })

  test('is 503 while one is not, and says what is waited for', async () => {
    const feeds = { name: 'feeds', ready: false, detail: '2 of 3 started' }
    const answer = await fetch(`${await started({ readiness: () => [group, feeds] })}/readyz`)
    expect(answer.status).toBe(503)
    expect(await answer.json()).toEqual({ ready: false, checks: [group, feeds] })
  })

  test('is asked anew each time', async () => {
    let ready = false
    const url = await started({ readiness: () => [{ ...group, ready }] })
    expect((await fetch(`${url}/readyz`)).status).toBe(503)
    ready = true
    expect((await fetch(`${url}/readyz`)).status).toBe(200)
  })
})

describe('/metrics', () => {
  test('has the content type of Prometheus', async () => {
    const answer = await fetch(`${await started()}/metrics`)
    expect(answer.status).toBe(200)
    expect(answer.headers.get('content-type')).toBe('text/plain; version=0.0.4; charset=utf-8')
    expect(await answer.text()).toBe('up 1\n')
  })

  test('is 500 where measuring fails, and the server goes on', async () => {
    const url = await started({ metrics: () => Promise.reject(new Error('no figures')) })
    expect((await fetch(`${url}/metrics`)).status).toBe(500)
    expect((await fetch(`${url}/livez`)).status).toBe(200)
  })
})

describe('/', () => {
  test('is a page with the version and links that lead somewhere', async () => {
    const url = await started()
    const answer = await fetch(url)
    expect(answer.headers.get('content-type')).toMatch('text/html')
    const page = await answer.text()
    expect(page).toContain('Ringtail 1.2.3')
    const links = [...page.matchAll(/href="([^"]+)"/g)].map(([, path]) => path)
    expect(links).toEqual(expect.arrayContaining(['/livez', '/readyz', '/metrics']))
    for (const path of links) expect((await fetch(`${url}${path}`)).status).toBe(200)
  })
})

describe('a port that is taken', () => {
  test('is RT-ADMIN-LISTEN with the address and what to do', async () => {
    const other = createServer().listen(0, host)
    await new Promise((resolve) => other.once('listening', resolve))
    onTestFinished(() => void other.close())
    const { port } = other.address() as AddressInfo
    const doors = { version: '1', readiness: () => [], metrics: async () => ({ contentType: '', text: '' }) }
    await expect(startAdmin({ host, port, token: undefined }, doors)).rejects.toMatchObject({
      code: 'RT-ADMIN-LISTEN',
      retryable: false,
      message: `${host}:${port} can't be listened on`,
      advice: expect.stringContaining('admin.port'),
      cause: { code: 'EADDRINUSE' },
    })
  })
})
