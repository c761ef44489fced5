import fastify, { type FastifyInstance } from 'fastify'
import { RingtailError } from '../model/errors.ts'
import type { Settings } from '../model/settings.ts'
import type { Readiness } from './readiness.ts'

/** What the server shows. */
export interface AdminDoors {
  readonly version: string
  readonly readiness: Readiness
  readonly metrics: () => Promise<{ readonly contentType: string; readonly text: string }>
}

/**
 * The HTTP side for operators: `/livez`, `/readyz`, `/metrics`, and a page that links to them.
 * Throws `RT-ADMIN-LISTEN` where the port can't be had.
 */
export async function startAdmin(settings: Settings['admin'], doors: AdminDoors): Promise<FastifyInstance> {
  const server = fastify({ logger: false, forceCloseConnections: true })
  // Liveness is this process alone: a provider or broker that is away must not make anybody restart it.
  server.get('/livez', async (_, reply) => reply.type('text/plain').send('ok\n'))
  server.get('/readyz', async (_, reply) => {
    const checks = doors.readiness()
    const ready = checks.every((check) => check.ready)
    return reply.code(ready ? 200 : 503).send({ ready, checks })
  })
  server.get('/metrics', async (_, reply) => {
    const { contentType, text } = await doors.metrics()
    return reply.header('content-type', contentType).send(text)
  })
  server.get('/', async (_, reply) => reply.type('text/html; charset=utf-8').send(landingPage(doors.version)))
  try {
    await server.listen({ host: settings.host, port: settings.port })
  } catch (cause) {
    throw new RingtailError(`${settings.host}:${settings.port} can't be listened on`, {
      code: 'RT-ADMIN-LISTEN',
      retryable: false,
      advice: 'Set admin.host and admin.port to an address that is free on this machine.',
      cause,
    })
  }
  return server
}

function landingPage(version: string): string {
  return `<!doctype html><html lang="en"><meta charset="utf-8"><title>Ringtail</title>
<h1>Ringtail ${version}</h1>
<ul><li><a href="/readyz">readyz</a><li><a href="/livez">livez</a><li><a href="/metrics">metrics</a></ul></html>
`
}
