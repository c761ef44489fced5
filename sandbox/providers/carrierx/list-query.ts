import { Refusal } from '../api.ts'
import { type CallFilter, parseFilter } from './filter.ts'

/** The question in the parameters of a list request. */
export interface ListQuery {
  /** The sid to go on from, and in which direction of the order; undefined pages by offset. */
  readonly cursor: { readonly way: 'after' | 'before'; readonly sid: string } | undefined
  readonly limit: number
  readonly offset: number
  readonly descending: boolean
  readonly filter: CallFilter | undefined
  /** `filter` and `order` as they were asked, for the links to other pages. */
  readonly asked: Readonly<Record<string, string>>
}

/** The most rows in an answer, and how many there are unless asked for. */
const maxLimit = 1000
const defaultLimit = 10

/** Reads the parameters; throws a Refusal (400) for what the API would refuse. Unknown parameters are ignored. */
export function parseListQuery(parameters: URLSearchParams): ListQuery {
  const cursor = parseCursor(parameters)
  const limit = wholeNumber(parameters, 'limit', defaultLimit)
  if (limit < 1 || limit > maxLimit) throw new Refusal(400, `Bad Request: limit must be from 1 to ${maxLimit}`)
  const offset = wholeNumber(parameters, 'offset', 0)
  if (cursor !== undefined && offset > 0)
    throw new Refusal(400, 'Bad Request: offset cannot be used with after or before')
  const filterText = parameters.get('filter')
  const asked: Record<string, string> = {}
  for (const name of ['filter', 'order']) {
    const text = parameters.get(name)
    if (text !== null) asked[name] = text
  }
  return {
    cursor,
    limit,
    offset,
    descending: isDescending(parameters.get('order')),
    filter: filterText === null ? undefined : parseFilter(filterText),
    asked,
  }
}

function parseCursor(parameters: URLSearchParams): ListQuery['cursor'] {
  const [after, before] = [parameters.get('after'), parameters.get('before')]
  if (after !== null && before !== null) throw new Refusal(400, 'Bad Request: after and before exclude each other')
  if (after !== null) return { way: 'after', sid: after }
  return before === null ? undefined : { way: 'before', sid: before }
}

/** The API orders by other attributes too, unless after or before is given; nobody reads CDRs so, so this one does not. */
function isDescending(order: string | null): boolean {
  if (order === null) return false
  const [attribute, direction = 'asc', ...rest] = order.trim().split(/\s+/)
  if (attribute !== 'date_stop' || !['asc', 'desc'].includes(direction) || rest.length > 0) {
    throw new Refusal(400, `Bad Request: cannot order by ${JSON.stringify(order)}`)
  }
  return direction === 'desc'
}

function wholeNumber(parameters: URLSearchParams, name: string, fallback: number): number {
  const text = parameters.get(name)
  if (text === null) return fallback
  if (!/^\d{1,9}$/.test(text)) throw new Refusal(400, `Bad Request: ${name} must be a whole number`)
  return Number(text)
}
