import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, inject, onTestFinished, test } from 'vitest'
import { poll } from '../../sandbox/jvm/poll.ts'
import type { CallRecord } from '../../sandbox/providers/carrierx/record.ts'
import { type CarrierxSimulator, startCarrierx } from '../../sandbox/providers/carrierx.ts'
import { uniqueAppId, writeRingtailConfig } from '../../sandbox/ringtail-config.ts'
import { RingtailProcess } from '../../sandbox/ringtail-process.ts'
import { partitionOf } from '../../src/kafka/partition-of.ts'
import { SeenEntries, seenKey } from '../../src/ledger/checkpoint.ts'
import { contentPrefix, identity } from '../../src/ledger/fingerprint.ts'
import { kafkaOf, openWriter } from '../kafka/world.ts'
import { carrierxSource, type Installation, install } from './ringtail-cli.ts'

const brokers = inject('kafkaBrokers')
const registryUrl = inject('registryUrl')
const hourMs = 3_600_000
const appId = uniqueAppId('inspect')

let carrierx: CarrierxSimulator
let topics: Readonly<Record<string, string>>
const calls: Record<'same' | 'changed' | 'expired' | 'reread', CallRecord> = Object.create(null)

/** Ringtail runs until four records are published, and is stopped: from then on everything stays as it is. */
beforeAll(async () => {
  carrierx = await startCarrierx()
  for (const name of ['same', 'changed', 'expired', 'reread'] as const) calls[name] = newCall()
  const { url, token } = carrierx
  const sources = [{ name: 'main', sinceMs: Date.now() - hourMs, url, token }]
  const config = await writeRingtailConfig({ appId, brokers, registryUrl, sources })
  topics = config.topics
  const running = await RingtailProcess.start(config)
  try {
    await running.ready()
    await poll('four events', async () => ((await published(config.adminUrl)) === 4 ? true : undefined))
  } finally {
    await running.stop()
  }
})

afterAll(() => carrierx.close())

async function published(adminUrl: string): Promise<number> {
  const text = await (await fetch(`${adminUrl}/metrics`)).text()
  return Number(/^ringtail_changes_published_total\{.*type="created".*\} (\d+)$/m.exec(text)?.[1] ?? 0)
}

/** A record that is listed at once. */
function newCall(): CallRecord {
  const record = carrierx.world.newRecord(Date.now() - 60_000)
  carrierx.world.put(record, Date.now())
  return record
}

/** The same installation, on the command line. */
function installed({ url, token } = carrierx, kafka = {}): Promise<Installation> {
  const app = { id: appId, checkpointPartitions: 32 }
  return install(
    { brokers, registryUrl },
    { app, kafka: { topics, ...kafka }, sources: [carrierxSource('main', url, token)] },
  )
}

async function inspected(id: string, at?: CarrierxSimulator) {
  const { ringtail } = await installed(at)
  const [text, json] = await Promise.all([ringtail('inspect', 'main', id), ringtail('inspect', 'main', id, '--json')])
  expect([text.err, json.err]).toEqual(['', ''])
  expect(json.code).toBe(text.code)
  return { code: text.code, text: text.out, json: JSON.parse(json.out) }
}

describe('inspect', () => {
  test('shows a record that is as it was published, and its event', async () => {
    const { dr_sid } = calls.same
    const { code, text, json } = await inspected(dr_sid)
    expect(code).toBe(0)
    expect(text).toMatch(/^would publish nothing: it is what revision 1 says\nraw +│ normalized\n/)
    expect(text).toMatch(/^published as revision 1, recorded in the hour of \S+; the event:\neventId: /m)
    expect(json).toMatchObject({
      provider: { raw: calls.same, normalized: { recordId: dr_sid } },
      published: {
        revision: 1,
        recordedAt: expect.stringMatching(/T\d\d:00:00\.000Z$/),
        event: { eventType: 'CREATED', revision: 1, source: 'main', recordId: dr_sid },
      },
    })
    expect(json.published.event.contentHash.startsWith(json.published.contentPrefix)).toBe(true)
  })

  test('shows that a record has changed since', async () => {
    const { dr_sid } = calls.changed
    carrierx.world.correct(dr_sid, { price: '99.5' }, Date.now())
    const { code, text, json } = await inspected(dr_sid)
    expect(code).toBe(0)
    expect(text).toMatch(/^would publish UPDATED, revision 2, to \S+, key main:/)
    expect(json).toMatchObject({
      provider: { normalized: { costAmount: '99.5' } },
      published: { revision: 1, event: { costAmount: calls.changed.price } },
    })
  })

  test('shows a record that was not published', async () => {
    const { dr_sid } = newCall()
    const { code, text, json } = await inspected(dr_sid)
    expect(code).toBe(0)
    expect(text).toMatch(/^would publish CREATED, revision 1, to /)
    expect(text).toMatch(/\nnothing of it is remembered as published\n$/)
    expect(json).toMatchObject({ provider: { raw: { dr_sid } }, published: null })
  })

  test('shows what was published of a record that the provider has no longer', async () => {
    const empty = await startCarrierx()
    onTestFinished(() => empty.close())
    const { dr_sid } = calls.expired
    const { code, text, json } = await inspected(dr_sid, empty)
    expect(code).toBe(0)
    expect(text).toMatch(`main has no record ${dr_sid} now\n\npublished as revision 1`)
    expect(json).toMatchObject({ provider: null, published: { event: { recordId: dr_sid } } })
  })

  test('finds the event of a record that was recorded again without one', async () => {
    const { dr_sid } = calls.reread
    const before = await inspected(dr_sid)
    const [id, prefix, entries] = [new Uint32Array(4), new Uint32Array(2), new SeenEntries()]
    identity('cdr', dr_sid, id)
    contentPrefix(before.json.published.contentPrefix, prefix)
    entries.add(id, prefix, 1)
    const later = Math.floor(Date.now() / hourMs) + 2
    const partition = partitionOf('main', 32)
    const writer = await openWriter(kafkaOf(brokers))
    const key = seenKey('main', later, 0)
    await writer.publish([{ topic: `${appId}.checkpoints`, partition, key, value: entries.toValue() }])
    await writer.close()
    const { json } = await inspected(dr_sid)
    expect(json.published).toEqual({ ...before.json.published, recordedAt: new Date(later * hourMs).toISOString() })
  })

  test('shows a record that can not be read as a dead letter', async () => {
    const record = { ...carrierx.world.newRecord(Date.now()), date_start: 'noon' }
    carrierx.world.put(record, Date.now())
    const { code, text, json } = await inspected(record.dr_sid)
    expect(code).toBe(0)
    expect(text).toMatch(/^would go to the dead-letter topic: bad-time, date_start is not a time\n/)
    expect(json).toEqual({
      provider: { would: expect.any(String), raw: expect.any(String), normalized: null },
      published: null,
    })
  })

  test('exits 1 for a record that nobody knows', async () => {
    const id = randomUUID()
    const { code, text } = await inspected(id)
    expect({ code, text }).toEqual({
      code: 1,
      text: `main has no record ${id} now\n\nnothing of it is remembered as published\n`,
    })
  })

  test('works before anything was ever published', async () => {
    const { url, token } = carrierx
    const { ringtail } = await install({ brokers, registryUrl }, { sources: [carrierxSource('main', url, token)] })
    const { code, out, err } = await ringtail('inspect', 'main', calls.same.dr_sid)
    expect({ code, err }).toEqual({ code: 0, err: '' })
    expect(out).toMatch(/^would publish CREATED[\s\S]*nothing of it is remembered as published\n$/)
  })

  test('fails with code and advice where something is away or wrong', async () => {
    const { url, token } = carrierx
    const id = calls.same.dr_sid
    const awayKafka = await installed(carrierx, { brokers: ['127.0.0.1:1'] })
    const otherToken = await installed({ ...carrierx, token: 'another-token' })
    const app = { id: appId, checkpointPartitions: 5 }
    const sources = [carrierxSource('main', url, token)]
    const otherPartitions = await install({ brokers, registryUrl }, { app, kafka: { topics }, sources })
    const outcomes = [
      await awayKafka.ringtail('inspect', 'main', id),
      await otherToken.ringtail('inspect', 'main', id),
      await otherPartitions.ringtail('inspect', 'main', id),
      await otherPartitions.ringtail('inspect', 'nobody', id),
    ]
    expect(outcomes.map(({ code, out }) => ({ code, out }))).toEqual(Array(4).fill({ code: 1, out: '' }))
    expect(outcomes.map(({ err }) => /^error (\S+): .*\n.+\nsee docs/.exec(err)?.[1])).toEqual([
      'RT-KAFKA-DOWN',
      'RT-AUTH-401',
      'RT-TOPIC-REFUSED',
      'RT-SOURCE-UNKNOWN',
    ])
  })
})
