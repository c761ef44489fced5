import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'
import { onTestFinished } from 'vitest'

/** What goes wrong instead of an answer: a status and body of its own, none ever, or one that ends in its middle. */
export type Fault = { readonly status: number; readonly body: string } | 'hang' | 'cut'

/** How a stub differs from one that works. */
export interface StubOptions {
  /** What goes wrong with a request, by what it asks: `POST /subjects/a-value/versions`. */
  readonly fault?: (asked: string) => Fault | undefined
  /** Apicurio's ways: no level for subjects that aren't there, and NONE for those that have no own. */
  readonly isApicurio?: boolean
}

/** A schema registry in this process, and what it was asked. */
export interface StubRegistry {
  readonly url: string
  readonly requests: readonly { readonly asked: string; readonly authorization: string | undefined }[]
  /** The schemas of a subject, as text. */
  readonly subjects: Map<string, string[]>
  readonly levels: Map<string, string>
}

/** Starts a registry that speaks as much of Confluent's API as Ringtail asks for; it ends with the test. */
export async function startStubRegistry(options: StubOptions = {}): Promise<StubRegistry> {
  const requests: StubRegistry['requests'][number][] = []
  const state: State = { ids: [], subjects: new Map(), levels: new Map(), isApicurio: options.isApicurio === true }
  const server = createServer((request, response) => {
    const asked = `${request.method} ${request.url}`
    requests.push({ asked, authorization: request.headers.authorization })
    const fault = options.fault?.(asked)
    if (fault === undefined) void answer(state, request, response)
    else fail(fault, response)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  const { port } = server.address() as AddressInfo
  return { url: `http://127.0.0.1:${port}`, requests, subjects: state.subjects, levels: state.levels }
}

interface State {
  readonly ids: string[]
  readonly subjects: Map<string, string[]>
  readonly levels: Map<string, string>
  readonly isApicurio: boolean
}

function fail(fault: Fault, response: ServerResponse): void {
  if (fault === 'hang') return
  if (fault === 'cut') {
    response.writeHead(200, { 'content-length': 100 }).write('{"id"')
    setTimeout(() => response.destroy(), 5)
    return
  }
  response.writeHead(fault.status, { 'content-type': 'application/json' }).end(fault.body)
}

async function answer(state: State, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const body = await text(request)
  const { status, json } = outcome(state, request.method ?? '', (request.url ?? '').split('/').slice(1), body)
  response.writeHead(status, { 'content-type': 'application/vnd.schemaregistry.v1+json' }).end(JSON.stringify(json))
}

interface Outcome {
  readonly status: number
  readonly json: unknown
}

function outcome(state: State, method: string, path: readonly string[], body: string): Outcome {
  const sent: Readonly<Record<string, string>> = body === '' ? {} : JSON.parse(body)
  const { ids, subjects, levels, isApicurio } = state
  const [room, name = ''] = path
  const schema = sent['schema'] ?? ''
  if (room === 'schemas') {
    const stored = ids[Number(path[2]) - 1]
    return stored === undefined ? missing(40403, 'Schema not found') : ok({ schema: stored })
  }
  if (room === 'config') {
    if (isApicurio && !subjects.has(name)) return missing(40401, `No artifact with ID '${name}'`)
    if (method === 'PUT') levels.set(name, sent['compatibility'] ?? '')
    const level = levels.get(name) ?? (isApicurio ? 'NONE' : undefined)
    return level === undefined ? missing(40408, 'no level') : ok({ compatibilityLevel: level })
  }
  const versions = subjects.get(name)
  if (room === 'compatibility') return versions === undefined ? missing(40401, 'none') : ok({ is_compatible: true })
  if (path.length === 2) {
    if (versions?.includes(schema) !== true) return missing(40403, 'Schema not found')
    return ok({ subject: name, id: ids.indexOf(schema) + 1 })
  }
  subjects.set(name, [...new Set([...(versions ?? []), schema])])
  if (!ids.includes(schema)) ids.push(schema)
  return ok({ id: ids.indexOf(schema) + 1 })
}

function ok(json: unknown): Outcome {
  return { status: 200, json }
}

function missing(error_code: number, message: string): Outcome {
  return { status: 404, json: { error_code, message } }
}
