import { describe, expect, test } from 'vitest'
import type { JsonObject } from '../../../src/model/json.ts'
import { Unreadable } from '../../../src/model/row.ts'
import { mappedFields, normalize } from '../../../src/providers/carrierx/normalize.ts'
import { mapping, sampleRecord } from './call-drs-api.ts'

const normalized = (fields: JsonObject, region?: string) =>
  normalize(sampleRecord(fields), 'id', { ...mapping, region })

describe('the documented sample', () => {
  const names = Object.keys(sampleRecord())

  test('has the 52 documented fields', () => {
    expect(names).toHaveLength(52)
  })

  test.each(names)('%s is mapped, or is in extra', (name) => {
    const value = sampleRecord()[name] ?? `a ${name}`
    const { extra } = normalized({ [name]: value })
    expect(name in extra).toBe(!mappedFields.has(name))
    if (name in extra) expect(extra[name]).toBe(typeof value === 'string' ? value : JSON.stringify(value))
  })

  // The id is handed in by the row, which needed it before.
  test.each(names.filter((name) => mappedFields.has(name) && name !== 'dr_sid'))('%s is looked at', (name) => {
    const { [name]: _, ...without } = sampleRecord()
    const [whole, part] = [sampleRecord(), without].map((record) => normalize(record, 'id', mapping))
    expect(part).not.toEqual(whole)
  })

  test('what no document names is in extra, nulls are left out', () => {
    const { extra } = normalized({
      new_field: 'x',
      new_list: [1, 'two'],
      new_flag: false,
      new_number: 0,
      new_null: null,
    })
    expect(extra).toMatchObject({ new_field: 'x', new_list: '[1,"two"]', new_flag: 'false', new_number: '0' })
    expect(Object.keys(extra)).not.toContain('new_null')
    expect(Object.keys(extra)).not.toContain('cic')
  })
})

describe('T12: times', () => {
  test('with an offset are UTC', () => {
    expect(normalized({ date_stop: '2025-05-18T12:32:19.839-03:00' }).endTime).toBe(
      Date.parse('2025-05-18T15:32:19.839Z'),
    )
  })

  test.each(['date_insert', 'date_start', 'date_stop', 'date_talk'])(
    '%s may be missing, but not be garbage',
    (name) => {
      for (const value of [null, '']) expect(() => normalized({ [name]: value })).not.toThrow()
      for (const value of ['soon', 1747582339839, true, {}, '2025-13-45T99:00:00Z', '2025-05-18T15:32:19']) {
        expect(() => normalized({ [name]: value })).toThrow(new Unreadable('bad-time', `${name} is not a time`))
      }
    },
  )
})

describe('T13: durations', () => {
  test.each([
    ['4.25015', 4250],
    [4.25015, 4250],
    ['0.0005', 1],
    ['0', 0],
    ['90061', 90_061_000],
  ])('%j s are %i ms', (duration, durationMs) => {
    expect(normalized({ duration })).toMatchObject({ durationMs, derivedFields: ['talkMs'] })
  })

  test('of minutes billed', () => {
    expect(normalized({ duration_billing: '60' }).billableMs).toBe(60_000)
    expect(normalized({ duration_billing: 60 }).billableMs).toBe(60_000)
  })

  test('that are missing are computed, and say so', () => {
    expect(normalized({ duration: null })).toMatchObject({ durationMs: 4250, derivedFields: ['durationMs', 'talkMs'] })
    expect(normalized({ duration: '', date_talk: null })).toMatchObject({ talkMs: null, derivedFields: ['durationMs'] })
  })

  test.each(['-4.25', '1:04', 'NaN', true])('%j is none, and is kept raw', (duration) => {
    const fields = normalized({ duration })
    expect(fields).toMatchObject({ durationMs: null, derivedFields: ['talkMs'], extra: { duration: String(duration) } })
  })

  test('date_stop before date_start and date_talk gives none', () => {
    const backwards = { duration: null, date_stop: '2025-05-18T15:32:15.000Z' }
    expect(normalized(backwards)).toMatchObject({ durationMs: null, talkMs: null, derivedFields: [] })
  })
})

describe('T15: types', () => {
  test.each([
    ['0.00250', '0.00250'],
    [0.0025, '0.0025'],
    [1e-7, '0.0000001'],
    ['-1', '-1'],
    [3, '3'],
  ])('a price of %j is %j', (price, costAmount) => {
    expect(normalized({ price })).toMatchObject({ costAmount, costCurrency: 'USD' })
  })

  test.each(['NaN', '1e3', '0,25', '$1', false])('a price of %j is none, and is kept raw', (price) => {
    expect(normalized({ price })).toMatchObject({ costAmount: null, extra: { price: String(price) } })
  })

  test('without an amount there is no currency', () => {
    expect(normalized({ price: null, rate: null }).costCurrency).toBeNull()
    expect(normalized({ price: null, rate: '1' }).costCurrency).toBe('USD')
  })

  test('"false" and true stay what they are', () => {
    expect(normalized({}).extra).toMatchObject({ stir_identity: 'false', transcoded: 'true' })
  })

  test('numbers, objects and booleans where texts were documented lose nothing', () => {
    const fields = normalized({
      type: 7,
      partner_sid: { sid: 1 },
      number_billing: 15162065451,
      disconnect_originator: true,
    })
    expect(fields).toMatchObject({
      typeRaw: '7',
      ownerId: '{"sid":1}',
      billingNumber: '15162065451',
      hangupParty: 'true',
    })
  })
})

describe('T18: numbers', () => {
  test.each([
    ['+15012678830', '+15012678830', '+15012678830'],
    ['15012678830', null, '+15012678830'],
    [15012678830, null, '+15012678830'],
    ['anonymous', null, null],
    ['1001', null, null],
    ['sip:guest@10.0.0.1', null, null],
    ['+442071838750', '+442071838750', '+442071838750'],
    [null, null, null],
  ])('%j', (number, plain, inTheUs) => {
    const fields = normalized({ number_src: number, number_dst: number })
    expect([fields.fromRaw, fields.toRaw]).toEqual([String(number ?? ''), String(number ?? '')])
    expect([fields.fromE164, fields.toE164]).toEqual([plain, plain])
    expect(normalized({ number_src: number }, 'US').fromE164).toBe(inTheUs)
  })
})

describe('T21: directions', () => {
  test.each([
    ['inbound', 'INBOUND'],
    ['Inbound', 'INBOUND'],
    [' OUTBOUND ', 'OUTBOUND'],
  ])('%j is %s', (direction, expected) => {
    expect(normalized({ direction }).direction).toBe(expected)
    expect(Object.keys(normalized({ direction }).extra)).not.toContain('direction')
  })

  test.each(['any', 'undirected', 'sideways', 3])('%j is UNKNOWN, and is kept raw', (direction) => {
    expect(normalized({ direction })).toMatchObject({ direction: 'UNKNOWN', extra: { direction: String(direction) } })
  })
})

describe('outcomes', () => {
  test.each([
    ['200', 'ANSWERED'],
    [200, 'ANSWERED'],
    ['486', 'BUSY'],
    ['600', 'BUSY'],
    ['480', 'NO_ANSWER'],
    ['408', 'NO_ANSWER'],
    ['487', 'CANCELLED'],
    ['403', 'REJECTED'],
    ['603', 'REJECTED'],
    ['503', 'FAILED'],
  ])('sipcause %j is %s', (sipcause, disposition) => {
    const dispositionRaw = String(sipcause)
    expect(normalized({ sipcause })).toMatchObject({ disposition, dispositionRaw, sipCode: Number(sipcause) })
  })

  test('200 without talk is no answer', () => {
    expect(normalized({ date_talk: null })).toMatchObject({ disposition: 'FAILED', answerTime: null, talkMs: null })
  })

  test('no code, and no code that can be read, is UNKNOWN', () => {
    expect(normalized({ sipcause: null })).toMatchObject({
      disposition: 'UNKNOWN',
      dispositionRaw: null,
      sipCode: null,
    })
    expect(normalized({ sipcause: 'BYE' })).toMatchObject({
      disposition: 'UNKNOWN',
      dispositionRaw: 'BYE',
      sipCode: null,
    })
  })
})
