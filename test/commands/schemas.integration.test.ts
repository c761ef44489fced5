import { describe, expect, inject, test } from 'vitest'
import { type Installation, install } from './ringtail-cli.ts'

const addresses = { brokers: inject('kafkaBrokers'), registryUrl: inject('registryUrl') }

function subjects({ topics }: Installation): string[] {
  const { cdr, recordingReady, transcriptReady, mediaUnavailable } = topics
  return [cdr, recordingReady, transcriptReady, mediaUnavailable].map((topic) => `${topic}-value`)
}

async function ask(method: 'POST' | 'PUT', path: string, body: object): Promise<void> {
  const answer = await fetch(`${addresses.registryUrl}${path}`, {
    method,
    headers: { 'content-type': 'application/vnd.schemaregistry.v1+json' },
    body: JSON.stringify(body),
  })
  expect(answer.status, await answer.text()).toBe(200)
}

/** Registers a schema of somebody else under a subject, which from then on takes only what fits it. */
async function occupy(subject: string): Promise<void> {
  const schema = {
    type: 'record',
    name: 'NormalizedCdr',
    namespace: 'ringtail.v1',
    fields: [{ name: 'a', type: 'int' }],
  }
  await ask('POST', `/subjects/${subject}/versions`, { schema: JSON.stringify(schema) })
  await ask('PUT', `/config/${subject}`, { compatibility: 'FULL_TRANSITIVE' })
}

describe('schemas', () => {
  test('are checked, registered with their compatibility, and found from then on', async () => {
    const installation = await install(addresses)
    const { ringtail } = installation
    const before = await ringtail('schemas', 'check')
    expect(before).toMatchObject({ code: 0, err: '' })
    expect(before.out.match(/^ok .* will be registered$/gm)).toHaveLength(4)
    const registered = await ringtail('schemas', 'register')
    expect(registered.code).toBe(0)
    expect(registered.out).toMatch(/^SUBJECT +ID\n/)
    const again = await ringtail('schemas', 'register', '--json')
    const ids: Record<string, number> = JSON.parse(again.out)
    expect(Object.keys(ids)).toEqual(subjects(installation))
    const after = await ringtail('schemas', 'check', '--json')
    expect(after.code).toBe(0)
    expect(JSON.parse(after.out)).toEqual(
      subjects(installation).map((subject) =>
        expect.objectContaining({ subject, id: ids[subject], ok: true, compatibilityLevel: 'FULL_TRANSITIVE' }),
      ),
    )
  })

  test('that are missing fail the check where they may not be registered; the command registers them', async () => {
    const { ringtail } = await install(addresses, { schemaRegistry: { register: false } })
    const before = await ringtail('schemas', 'check', '--json')
    expect(before.code).toBe(1)
    expect(JSON.parse(before.out)[0]).toMatchObject({ ok: false, code: 'RT-SCHEMA-MISSING' })
    const check = await ringtail('check')
    expect(check.code).toBe(1)
    expect(check.out).toMatch(/FAIL {2}schema .* \[RT-SCHEMA-MISSING\]\n +Run `ringtail schemas register`/)
    expect((await ringtail('schemas', 'register')).code).toBe(0)
    expect((await ringtail('schemas', 'check')).code).toBe(0)
  })

  test('of somebody else under our subject fail the check and are not replaced', async () => {
    const installation = await install(addresses)
    const { topics, ringtail } = installation
    await occupy(`${topics.cdr}-value`)
    const check = await ringtail('schemas', 'check')
    expect(check.code).toBe(1)
    expect(check.out).toMatch(/^FAIL +\S+\.cdr-value .*not compatible/m)
    const register = await ringtail('schemas', 'register')
    expect({ code: register.code, out: register.out }).toEqual({ code: 1, out: '' })
    expect(register.err).toMatch(/^error RT-SCHEMA-INCOMPATIBLE: /)
  })
})
