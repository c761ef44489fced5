import { afterAll, beforeAll, expect, test } from 'vitest'
import { type RegistrySandbox, startRegistry } from '../../sandbox/registry.ts'

const subject = 'calls-value'
const call = { type: 'record', name: 'Call', fields: [{ name: 'id', type: 'string' }] }

let registry: RegistrySandbox

beforeAll(async () => {
  registry = await startRegistry()
})

afterAll(() => registry.stop())

async function ask(method: string, path: string, body?: unknown): Promise<{ status: number; body: unknown }> {
  const answer = await fetch(`${registry.url}${path}`, {
    method,
    headers: { 'content-type': 'application/vnd.schemaregistry.v1+json' },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  })
  return { status: answer.status, body: await answer.json() }
}

function register(schema: unknown): ReturnType<typeof ask> {
  return ask('POST', `/subjects/${subject}/versions`, { schema: JSON.stringify(schema) })
}

test('keeps a schema, and holds a subject to its compatibility', async () => {
  const registered = await register(call)
  expect(registered).toMatchObject({ status: 200, body: { id: expect.any(Number) } })
  const compatibility = 'FULL_TRANSITIVE'
  expect(await ask('PUT', `/config/${subject}`, { compatibility })).toMatchObject({ status: 200 })
  expect(await ask('GET', `/config/${subject}`)).toMatchObject({ body: { compatibilityLevel: compatibility } })

  const latest = await ask('GET', `/subjects/${subject}/versions/latest`)
  expect(latest).toMatchObject({ status: 200, body: { subject, version: 1, ...(registered.body as object) } })
  const { schema } = latest.body as { schema: string }
  expect(JSON.parse(schema)).toEqual(call)

  const withDefault = { ...call, fields: [...call.fields, { name: 'note', type: 'string', default: '' }] }
  expect(await register(withDefault)).toMatchObject({ status: 200 })
  const withoutDefault = { ...call, fields: [...call.fields, { name: 'cost', type: 'double' }] }
  expect(await register(withoutDefault)).toMatchObject({ status: 409 })
})
