import { randomUUID } from 'node:crypto'
import { expect, inject, test } from 'vitest'
import { decoder } from '../../src/avro/decode.ts'
import { createCdrEncoder } from '../../src/avro/encode.ts'
import { checkSchemas, openRegistry, registerSchemas, schemaIds } from '../../src/avro/registry.ts'
import { eventSchemas } from '../../src/avro/schemas.ts'
import type { RegistrySettings, TopicNames } from '../../src/model/settings.ts'
import { sampleChange } from './samples.ts'

const settings = (register: boolean): RegistrySettings => ({
  url: inject('registryUrl'),
  username: undefined,
  password: undefined,
  register,
})

/** Topics that no other test has. */
function freshTopics(): TopicNames {
  const name = randomUUID()
  return {
    cdr: `${name}.cdr`,
    recordingReady: `${name}.recording`,
    transcriptReady: `${name}.transcript`,
    mediaUnavailable: `${name}.unavailable`,
    deadLetter: `${name}.dead`,
    checkpoints: `${name}.checkpoints`,
  }
}

async function ask(method: string, path: string, body: object): Promise<number> {
  const headers = { 'content-type': 'application/vnd.schemaregistry.v1+json' }
  const answer = await fetch(`${inject('registryUrl')}${path}`, { method, headers, body: JSON.stringify(body) })
  await answer.text()
  return answer.status
}

test('a real registry takes the schemas, again and again, and gives them back', async () => {
  const topics = freshTopics()
  await expect(schemaIds(openRegistry(settings(false)), topics)).rejects.toMatchObject({ code: 'RT-SCHEMA-MISSING' })
  const before = await checkSchemas(openRegistry(settings(false)), topics)
  expect(before.map(({ id, isCompatible }) => ({ id, isCompatible }))).toEqual(
    Array(4).fill({ id: undefined, isCompatible: true }),
  )

  const ids = await schemaIds(openRegistry(settings(true)), topics)
  expect(ids.size).toBe(4)
  expect(await registerSchemas(openRegistry(settings(true)), topics)).toEqual(ids)
  expect(await schemaIds(openRegistry(settings(true)), topics)).toEqual(ids)
  expect(await schemaIds(openRegistry(settings(false)), topics)).toEqual(ids)
  expect(await checkSchemas(openRegistry(settings(false)), topics)).toMatchObject(
    [...ids].map(([subject, id]) => ({ subject, id, isCompatible: true, compatibilityLevel: 'FULL_TRANSITIVE' })),
  )

  const value = createCdrEncoder(ids.get(`${topics.cdr}-value`) ?? 0)(sampleChange)
  expect(await decoder(settings(false))(value)).toEqual({
    ...sampleChange.head,
    schemaVersion: 1,
    isLate: false,
    ...sampleChange.fields,
  })
})

test('a subject that has a level of its own gets ours before it gets the schema', async () => {
  const topics = freshTopics()
  const subject = `${topics.cdr}-value`
  const { fields } = eventSchemas.cdr
  const older = { ...eventSchemas.cdr, fields: fields.filter(({ name }) => name !== 'rawPayload') }
  expect(await ask('POST', `/subjects/${subject}/versions`, { schema: JSON.stringify(older) })).toBe(200)
  expect(await ask('PUT', `/config/${subject}`, { compatibility: 'BACKWARD' })).toBe(200)
  await schemaIds(openRegistry(settings(true)), topics)
  const [standing] = await checkSchemas(openRegistry(settings(false)), topics)
  expect(standing).toMatchObject({ subject, isCompatible: true, compatibilityLevel: 'FULL_TRANSITIVE' })
})

test('a subject that holds something else refuses the schema', async () => {
  const topics = freshTopics()
  const subject = `${topics.cdr}-value`
  const other = { ...eventSchemas.cdr, fields: [{ name: 'eventId', type: 'long' }] }
  expect(await ask('POST', `/subjects/${subject}/versions`, { schema: JSON.stringify(other) })).toBe(200)
  await expect(schemaIds(openRegistry(settings(true)), topics)).rejects.toMatchObject({
    code: 'RT-SCHEMA-INCOMPATIBLE',
    retryable: false,
  })
  const [standing] = await checkSchemas(openRegistry(settings(false)), topics)
  expect(standing).toMatchObject({ subject, id: undefined, isCompatible: false })
})
