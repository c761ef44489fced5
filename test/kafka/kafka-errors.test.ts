import { createRequire } from 'node:module'
import { describe, expect, test } from 'vitest'
import { isFenced, LostWrite, NotCommitted, OutcomeUnknown, protocolCode } from '../../src/kafka/kafka-errors.ts'
import { kafkajs } from '../../src/kafka/kafkajs.ts'

const { createErrorFromCode } = createRequire(import.meta.url)('kafkajs/src/protocol/error') as {
  createErrorFromCode: (code: number) => Error
}

describe('what brokers answer', () => {
  test.each([
    { name: 'INVALID_PRODUCER_EPOCH', code: 47, fenced: true },
    { name: 'INVALID_TXN_STATE', code: 48, fenced: false },
    { name: 'INVALID_PRODUCER_ID_MAPPING', code: 49, fenced: false },
    { name: 'CONCURRENT_TRANSACTIONS', code: 51, fenced: false },
    { name: 'MESSAGE_TOO_LARGE', code: 10, fenced: false },
    { name: 'NOT_ENOUGH_REPLICAS', code: 19, fenced: false },
  ])('$name is told by its code however deep it lies', ({ code, fenced }) => {
    const answer = createErrorFromCode(code)
    const exceeded = { retryCount: 15, retryTime: 1_000 }
    const wraps = [
      answer,
      new NotCommitted('not committed', { cause: answer }),
      new OutcomeUnknown('unknown', { cause: answer }),
      new NotCommitted('not committed', { cause: new kafkajs.KafkaJSNumberOfRetriesExceeded(answer, exceeded) }),
      new NotCommitted('not committed', { cause: new Error('again', { cause: new Error('and', { cause: answer }) }) }),
    ]
    for (const error of wraps) {
      expect(protocolCode(error)).toBe(code)
      expect(isFenced(error)).toBe(fenced)
    }
  })

  test('PRODUCER_FENCED is told by its code should a broker send it', () => {
    const answer = new kafkajs.KafkaJSProtocolError(Object.assign(new Error('fenced'), { code: 90 }))
    expect(isFenced(new NotCommitted('not committed', { cause: answer }))).toBe(true)
  })
})

test.each([
  new LostWrite('lost'),
  new NotCommitted('not committed', { cause: new LostWrite('lost') }),
  new OutcomeUnknown('unknown', { cause: new kafkajs.KafkaJSConnectionError('closed') }),
  new Error('another'),
  'text',
  undefined,
])('%s has no code and is not fenced', (error) => {
  expect(protocolCode(error)).toBeUndefined()
  expect(isFenced(error)).toBe(false)
})

test('a chain of causes that bites its tail has an end', () => {
  const error = new Error('tail')
  error.cause = error
  expect(isFenced(error)).toBe(false)
})
