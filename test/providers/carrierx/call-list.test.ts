import { describe, expect, test } from 'vitest'
import { type CallList, readCallList } from '../../../src/providers/carrierx/call-list.ts'
import { fakeAnswer } from '../../fakes.ts'
import { call, mapping } from './call-drs-api.ts'

const read = (body: unknown): Promise<CallList> => readCallList(fakeAnswer({ body }), 1000, mapping)
const shapeError = { code: 'RT-ANSWER-SHAPE', retryable: true }

describe('T19: no list of records', () => {
  test.each([
    ['items missing', { count: 0 }],
    ['items null', { items: null }],
    ['items an object', { items: { 0: call('a') } }],
    ['errors', { errors: [{ message: 'x' }] }],
    ['errors beside empty items', { errors: 'Bad Request', items: [] }],
    ['an error beside items', { error: { code: 1 }, items: [call('a')] }],
  ])('%s', async (_, body) => {
    await expect(read(body)).rejects.toMatchObject(shapeError)
  })

  test('the error says what was expected and what came', async () => {
    const message = 'GET /fake answered null where an array in items was expected'
    await expect(read({ items: null })).rejects.toMatchObject({ message })
  })

  test('errors that say nothing are none', async () => {
    expect((await read({ errors: [], error: null, items: [call('a')] })).rows).toHaveLength(1)
  })
})

describe('T20: the same dr_sid twice in an answer', () => {
  test('with equal content is one row', async () => {
    const { rows, notes, calls } = await read({ items: [call('a'), call('b'), call('a')] })
    expect(rows.map((row) => row.id)).toEqual(['a', 'b'])
    expect([calls.length, notes]).toEqual([3, []])
  })

  test('with other content: the last wins, and it is noted', async () => {
    const { rows, notes } = await read({
      items: [
        { ...call('a'), price: '1' },
        { ...call('a'), price: '2' },
      ],
    })
    expect(rows.map((row) => row.content)).toEqual([{ ...call('a'), price: '2' }])
    expect(notes).toEqual(['duplicate-id'])
  })
})

test('an element that is no record is a reject with its own text, and the rest goes on', async () => {
  const bodies = [
    '"text"',
    '{"date_stop" : 1.10}',
    '{"dr_sid":12345678901234567890}',
    '{"dr_sid":"x","date_stop":null}',
  ]
  const { rows, rejects } = await read(`{"items":[${[...bodies, JSON.stringify(call('a'))].join(' , ')}]}`)
  expect(rejects.map((reject) => reject.rawText)).toEqual(bodies)
  expect(rejects.map((reject) => reject.reason)).toEqual(['not-an-object', 'no-id', 'no-id', 'bad-time'])
  expect(rows.map((row) => [row.id, row.rawText()])).toEqual([['a', JSON.stringify(call('a'))]])
})

test('a page is full by the limit that the server states', async () => {
  const items = [call('a'), call('b')]
  expect((await read({ items, limit: 2 })).isFull).toBe(true)
  expect((await read({ items, limit: 1000 })).isFull).toBe(false)
  expect((await read({ items })).isFull).toBe(false)
})
