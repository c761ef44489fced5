import { Refusal } from '../api.ts'
import { isCallField } from './fields.ts'

/** A `filter` parameter, taken apart: a range of date_stop, and what else a row must meet. */
export interface CallFilter {
  /** The range of date_stop: from `fromMs` on, up to but not at `untilMs`. */
  readonly fromMs: number
  readonly untilMs: number
  /** Undefined if the range is all there is. */
  readonly accepts: ((record: Readonly<Record<string, unknown>>) => boolean) | undefined
}

const operators = ['eq', 'ne', 'gt', 'ge', 'lt', 'le', 'like'] as const
type Operator = (typeof operators)[number]

interface Condition {
  readonly field: string
  readonly operator: Operator
  readonly value: string
}

/** Reads `attribute op value [and ...]`; throws a Refusal (400) for anything else, and for unknown attributes. */
export function parseFilter(text: string): CallFilter {
  const words = [...text.matchAll(/"([^"]*)"|'([^']*)'|(\S+)/g)].map(
    ([, double, single, bare]) => double ?? single ?? bare ?? '',
  )
  const conditions: Condition[] = []
  for (let index = 0; index < words.length; index += 4) {
    if (index > 0 && words[index - 1] !== 'and') throw badFilter(text)
    conditions.push(condition(words.slice(index, index + 3), text))
  }
  if (conditions.length === 0 || words.length % 4 !== 3) throw badFilter(text)
  let [fromMs, untilMs] = [Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY]
  const others: ((record: Readonly<Record<string, unknown>>) => boolean)[] = []
  for (const one of conditions) {
    const range = one.field === 'date_stop' ? stopRange(one, text) : undefined
    if (range === undefined) others.push((record) => meets(record[one.field], one))
    else [fromMs, untilMs] = [Math.max(fromMs, range[0]), Math.min(untilMs, range[1])]
  }
  const accepts =
    others.length === 0
      ? undefined
      : (record: Readonly<Record<string, unknown>>) => others.every((test) => test(record))
  return { fromMs, untilMs, accepts }
}

function badFilter(text: string): Refusal {
  return new Refusal(400, `Bad Request: cannot parse filter ${JSON.stringify(text)}`)
}

function condition([field = '', operator = '', value]: readonly string[], text: string): Condition {
  const known = operators.find((name) => name === operator)
  if (known === undefined || value === undefined || !isCallField(field)) throw badFilter(text)
  if (field.startsWith('date_') && known !== 'like' && Number.isNaN(Date.parse(value))) throw badFilter(text)
  return { field, operator: known, value }
}

/** The range that a condition on date_stop means, in whole milliseconds; undefined if it is none. */
function stopRange({ operator, value }: Condition, text: string): readonly [number, number] | undefined {
  const ms = Date.parse(value)
  switch (operator) {
    case 'eq':
      return [ms, ms + 1]
    case 'ge':
      return [ms, Number.POSITIVE_INFINITY]
    case 'gt':
      return [ms + 1, Number.POSITIVE_INFINITY]
    case 'lt':
      return [Number.NEGATIVE_INFINITY, ms]
    case 'le':
      return [Number.NEGATIVE_INFINITY, ms + 1]
    case 'ne':
      return undefined
    case 'like':
      throw badFilter(text)
  }
}

function meets(actual: unknown, { field, operator, value }: Condition): boolean {
  if (actual === null || actual === undefined) return operator === 'ne'
  const text = typeof actual === 'string' ? actual : JSON.stringify(actual)
  if (operator === 'like') return likePattern(value).test(text)
  const difference = compare(text, value, field.startsWith('date_'))
  switch (operator) {
    case 'eq':
      return difference === 0
    case 'ne':
      return difference !== 0
    case 'gt':
      return difference > 0
    case 'ge':
      return difference >= 0
    case 'lt':
      return difference < 0
    case 'le':
      return difference <= 0
  }
}

/** Dates as times, numbers as numbers (they are texts in the records), all else as text. */
function compare(a: string, b: string, areDates: boolean): number {
  const [left, right] = areDates ? [Date.parse(a), Date.parse(b)] : [Number(a), Number(b)]
  if (!Number.isNaN(left) && !Number.isNaN(right)) return left - right
  if (a === b) return 0
  return a < b ? -1 : 1
}

/** `%` stands for any text, as in SQL. */
function likePattern(value: string): RegExp {
  const literal = value.split('%').map((part) => part.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'))
  return new RegExp(`^${literal.join('.*')}$`, 'is')
}
