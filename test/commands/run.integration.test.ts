import type { AddressInfo } from 'node:net'
import { createServer } from 'node:net'
import { describe, expect, inject, onTestFinished, test } from 'vitest'
import { startCarrierx } from '../../sandbox/providers/carrierx.ts'
import { createTopic, kafkaOf } from '../kafka/world.ts'
import { carrierxSource, install } from './ringtail-cli.ts'

const addresses = { brokers: inject('kafkaBrokers'), registryUrl: inject('registryUrl') }

async function topicsOf(appId: string): Promise<string[]> {
  const admin = kafkaOf(addresses.brokers).admin()
  await admin.connect()
  try {
    return (await admin.listTopics()).filter((topic) => topic.startsWith(appId))
  } finally {
    await admin.disconnect()
  }
}

describe('run', () => {
  test('with a faulty configuration exits 78 with every fault, and starts nothing', async () => {
    const carrierx = await startCarrierx()
    onTestFinished(() => carrierx.close())
    const { appId, ringtail } = await install(addresses, {
      kafka: { compresion: 'zstd', sessionTimeout: 'soon' },
      sources: [
        { ...carrierxSource('main', carrierx.url, carrierx.token), poll: '1 fortnight', limit: 5000 },
        { ...carrierxSource('main', carrierx.url, '$' + '{NOT_SET}'), recheck: [{ every: '1m', back: '30d' }] },
        { name: 'other', provider: 'carierx' },
      ],
    })
    const { code, out, err } = await ringtail('run')
    expect({ code, out }).toEqual({ code: 78, out: '' })
    const [head, ...faults] = err.trimEnd().split('\n')
    expect(head).toBe(`error: the configuration has ${faults.length} faults`)
    const paths = faults.map((fault) => /^\S+ringtail\.yaml:\d+:\d+ (\S+): ./.exec(fault)?.[1])
    expect(paths).toEqual(
      expect.arrayContaining([
        'kafka.compresion',
        'kafka.sessionTimeout',
        'sources.0.poll',
        'sources.0.limit',
        'sources.1.name',
        'sources.1.token',
        'sources.1.recheck',
        'sources.2.provider',
      ]),
    )
    expect(err).toContain('NOT_SET')
    expect(err).not.toContain(carrierx.token)
    expect(carrierx.stats()).toMatchObject({ requests: 0 })
    expect(await topicsOf(appId)).toEqual([])
  })

  test('with a topic that it must not write to exits 1 with the code', async () => {
    const { topics, ringtail } = await install(addresses)
    await createTopic(addresses.brokers, 3, { 'cleanup.policy': 'compact' }, topics.checkpoints)
    const { code, err } = await ringtail('run')
    expect(code).toBe(1)
    expect(err).toMatch(/^error RT-TOPIC-REFUSED: .*\.checkpoints.*\nSet app\.checkpointPartitions: 3.*\nsee docs/)
  })

  test('with topics that are missing and may not be created exits 1 with the code', async () => {
    const { ringtail } = await install(addresses, { kafka: { createTopics: false } })
    const { code, err } = await ringtail('run')
    expect(code).toBe(1)
    expect(err).toMatch(/^error RT-TOPIC-MISSING: .*\nCreate it with `ringtail topics apply`/)
  })

  test('with schemas that are missing and may not be registered exits 1 with the code', async () => {
    const { ringtail } = await install(addresses, { schemaRegistry: { register: false } })
    const { code, err } = await ringtail('run')
    expect(code).toBe(1)
    expect(err).toMatch(/^error RT-SCHEMA-MISSING: .*\nRun `ringtail schemas register`/)
  })

  test('with a port that is taken exits 1 with the code', async () => {
    const other = createServer()
    await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve))
    onTestFinished(() => void other.close())
    const { port } = other.address() as AddressInfo
    const { ringtail } = await install(addresses, { admin: { port } })
    const { code, err } = await ringtail('run')
    expect(code).toBe(1)
    expect(err).toMatch(/^error RT-ADMIN-LISTEN: .*\nSet admin\.host and admin\.port/)
  })
})
