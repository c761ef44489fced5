import type { ListQuery } from './list-query.ts'
import type { CallPage } from './page.ts'
import type { CallRows } from './rows.ts'

/** An answer to a list request, its rows serialised already. */
export interface Envelope {
  readonly count: number
  readonly hasMore: boolean
  /** Rows with commas between them; null and undefined are spoilt answers. */
  readonly items: Buffer | null | undefined
  readonly limit: number
  readonly offset: number
  readonly pagination: Pagination
  readonly total: number | null
}

/** Absolute addresses of the neighbouring pages. */
export interface Pagination {
  readonly previous?: string
  readonly next?: string
}

/** The envelope's bytes, in the field order of the documented sample. */
export function envelopeBody(envelope: Envelope): readonly Buffer[] {
  const { count, hasMore, items, limit, offset, pagination, total } = envelope
  const rest = `"limit":${limit},"offset":${offset},"pagination":${JSON.stringify(pagination)},"total":${total}}`
  const head = `{"count":${count},"has_more":${hasMore},`
  if (items === undefined) return [Buffer.from(head + rest)]
  if (items === null) return [Buffer.from(`${head}"items":null,${rest}`)]
  return [Buffer.from(`${head}"items":[`), items, Buffer.from(`],${rest}`)]
}

/** The links beside a page. Paging by sid has a link onwards only, as in the documented sample. */
export function pageLinks(rows: CallRows, query: ListQuery, page: CallPage, listUrl: string): Pagination {
  const { cursor, limit, offset, asked } = query
  const link = (parameters: Readonly<Record<string, string | number>>): string => {
    const search = new URLSearchParams()
    for (const [name, value] of Object.entries({ ...parameters, ...asked })) search.set(name, String(value))
    return `${listUrl}?${search.toString()}`
  }
  const edge = cursor?.way === 'before' ? page.positions[0] : page.positions.at(-1)
  if (cursor !== undefined) {
    if (!page.hasMore || edge === undefined) return {}
    const onwards = link({ [cursor.way]: rows.sidAt(edge), limit, offset: 0 })
    return cursor.way === 'before' ? { previous: onwards } : { next: onwards }
  }
  return {
    ...(offset > 0 && { previous: link({ limit, offset: Math.max(0, offset - limit) }) }),
    // A row that is shown twice is passed once.
    ...(page.hasMore && { next: link({ limit, offset: offset + new Set(page.positions).size }) }),
  }
}
