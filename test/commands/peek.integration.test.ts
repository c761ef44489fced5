import { describe, expect, inject, onTestFinished, test } from 'vitest'
import { freePorts } from '../../sandbox/jvm/free-ports.ts'
import { type CarrierxSimulator, startCarrierx } from '../../sandbox/providers/carrierx.ts'
import { carrierxSource, type Installation, install, jsonLines } from './ringtail-cli.ts'

const minuteMs = 60_000
const dayMs = 24 * 60 * minuteMs

async function simulator(): Promise<CarrierxSimulator> {
  const started = await startCarrierx()
  onTestFinished(() => started.close())
  return started
}

/** With Kafka away, which a peek does without. */
async function installed({ url, token }: CarrierxSimulator): Promise<Installation> {
  const [port] = await freePorts(1)
  const addresses = { brokers: [`127.0.0.1:${port}`], registryUrl: inject('registryUrl') }
  return install(addresses, { sources: [carrierxSource('main', url, token)] })
}

/** Adds a call that ended so long ago, and gives its record. */
function call({ world }: CarrierxSimulator, agoMs: number) {
  const record = world.newRecord(Date.now() - agoMs)
  world.put(record, Date.now() - agoMs)
  return record
}

describe('peek', () => {
  test('shows records raw and normalized, side by side', async () => {
    const carrierx = await simulator()
    const record = call(carrierx, 30 * minuteMs)
    const { topics, ringtail } = await installed(carrierx)
    const { code, out, err } = await ringtail('peek', 'main')
    expect({ code, err }).toEqual({ code: 0, err: '' })
    const [would, head, ...lines] = out.trimEnd().split('\n')
    const start = `would publish CREATED, revision 1, to ${topics.cdr}, key main:${record.dr_sid}, event `
    expect(would?.slice(0, start.length)).toBe(start)
    expect(would?.slice(start.length)).toMatch(/^[0-9a-f-]{36}$/)
    expect(head).toMatch(/^raw +│ normalized$/)
    expect(lines.some((line) => line.startsWith(`dr_sid: ${record.dr_sid}`))).toBe(true)
    expect(lines.some((line) => line.endsWith(`│ recordId: ${record.dr_sid}`))).toBe(true)
    expect(new Set(lines.map((line) => line.indexOf('│')))).toEqual(new Set([head?.indexOf('│')]))
  })

  test('prints JSON for programs, a record a line', async () => {
    const carrierx = await simulator()
    const first = call(carrierx, 20 * minuteMs)
    const second = call(carrierx, 10 * minuteMs)
    const { ringtail } = await installed(carrierx)
    const { code, out, err } = await ringtail('peek', 'main', '--json')
    expect({ code, err }).toEqual({ code: 0, err: '' })
    expect(jsonLines(out)).toEqual(
      [first, second].map((record) => ({
        would: expect.stringContaining('would publish CREATED, revision 1'),
        raw: record,
        normalized: expect.objectContaining({ recordId: record.dr_sid, endTime: Date.parse(record.date_stop) }),
      })),
    )
  })

  test('shows rows that can not be read as dead letters', async () => {
    const carrierx = await simulator()
    const { dr_sid: _, ...withoutId } = call(carrierx, 20 * minuteMs)
    const rowWithoutId = carrierx.world.truth.putBadRow(JSON.stringify(withoutId), 'no dr_sid', 0)
    carrierx.world.rows.add({ stopMs: Date.now() - 15 * minuteMs, sid: 'x', row: rowWithoutId })
    const badTime = { ...carrierx.world.newRecord(Date.now() - 10 * minuteMs), date_start: 'noon' }
    carrierx.world.put(badTime, 0)
    const { ringtail } = await installed(carrierx)
    const json = await ringtail('peek', 'main', '--json', '--count', '10')
    expect(json.code).toBe(0)
    expect(jsonLines(json.out)).toEqual([
      expect.objectContaining({ would: expect.stringContaining('CREATED') }),
      {
        would: 'would go to the dead-letter topic: bad-time, date_start is not a time',
        raw: JSON.stringify(badTime),
        normalized: null,
      },
      {
        would: 'would go to the dead-letter topic: no-id, dr_sid is not an id',
        raw: JSON.stringify(withoutId),
        normalized: null,
      },
    ])
    const text = await ringtail('peek', 'main', '--count', '10')
    expect(text.out.match(/^would .*$/gm)).toHaveLength(3)
  })

  test('shows as many as are asked for, each once, and asks for no more', async () => {
    const carrierx = await simulator()
    const records = [3, 2, 1].map((at) => call(carrierx, at * minuteMs))
    const { ringtail } = await installed(carrierx)
    const few = await ringtail('peek', 'main', '--count', '2', '--json')
    const all = await ringtail('peek', 'main', '--count', '9', '--json')
    const ids = (out: string) => jsonLines(out).map((line) => (line as { raw: { dr_sid: string } }).raw.dr_sid)
    const expected = records.map(({ dr_sid }) => dr_sid)
    expect([few, all].map(({ out }) => ids(out))).toEqual([expected.slice(0, 2), expected])
    expect(carrierx.stats()).toMatchObject({ byQuestion: { range: 2 } })
  })

  test('looks further back where the last day is empty', async () => {
    const carrierx = await simulator()
    const { ringtail } = await installed(carrierx)
    expect(await ringtail('peek', 'main')).toEqual({
      code: 0,
      out: '',
      err: 'main lists no records of the last 48 hours\n',
    })
    const record = call(carrierx, 1.5 * dayMs)
    expect((await ringtail('peek', 'main')).out).toContain(record.dr_sid)
  })

  test('lets no control character of a provider reach the terminal', async () => {
    const carrierx = await simulator()
    const record = { ...carrierx.world.newRecord(Date.now()), 'na\u001b[2Jme': 'va\u001b[2Jlue', type: 'a\u0007b' }
    carrierx.world.put(record, 0)
    const { out } = await (await installed(carrierx)).ringtail('peek', 'main')
    expect(out).toContain('na�[2Jme: va�[2Jlue')
    expect(out.replaceAll('\n', '')).not.toMatch(/\p{Cc}/u)
  })

  test('names the sources that there are', async () => {
    const { code, out, err } = await (await installed(await simulator())).ringtail('peek', 'mian')
    expect({ code, out }).toEqual({ code: 1, out: '' })
    expect(err).toBe(
      'error RT-SOURCE-UNKNOWN: the configuration has no source mian\nName one of: main.\nsee docs/runbooks/RT-SOURCE-UNKNOWN.md\n',
    )
  })

  test('fails with code and advice where the provider does', async () => {
    const carrierx = await simulator()
    carrierx.faults.next('html')
    const { code, out, err } = await (await installed(carrierx)).ringtail('peek', 'main')
    expect({ code, out }).toEqual({ code: 1, out: '' })
    expect(err).toMatch(/^error RT-ANSWER-SHAPE: .*\nNothing was taken from the answer.*\nsee docs\/runbooks\//)
  })
})
