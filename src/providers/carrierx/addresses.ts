import type { HttpRequest } from '../../model/http.ts'

const path = '/core/v2/calls/call_drs'
const headers = { accept: 'application/json' }
const secondMs = 1000

/** The statuses that answer `after=<dr_sid>` where the sid expired or never was. */
export const lostStatuses: readonly number[] = [400, 404, 422]

/** Parameters of `GET /calls/call_drs`, as the documents name them. */
export type ListParameters = Readonly<Record<string, string | number>>

/**
 * A request for a list, oldest `date_stop` first. The order and a limit are always sent: without a limit the API gives
 * ten records. `URLSearchParams` writes the blank in `date_stop asc` as the `+` that the documentation shows.
 */
export function listRequest(baseUrl: string, parameters: ListParameters, expect: readonly number[] = []): HttpRequest {
  const url = new URL(baseUrl + path)
  for (const [name, value] of Object.entries(parameters)) url.searchParams.set(name, String(value))
  url.searchParams.set('order', 'date_stop asc')
  return { method: 'GET', url, headers, expect }
}

/** A request for one record by its dr_sid; 404 says that there is none, or none any more. */
export function recordRequest(baseUrl: string, id: string): HttpRequest {
  return { method: 'GET', url: new URL(`${baseUrl}${path}/${encodeURIComponent(id)}`), headers, expect: [404] }
}

/** The condition `date_stop ge <from>`, and `lt <to>` where given; whole seconds in UTC, as the vendor's code sends. */
export function dateStopFilter(fromMs: number, toMs?: number): string {
  const from = `date_stop ge ${secondText(fromMs)}`
  return toMs === undefined ? from : `${from} and date_stop lt ${secondText(toMs)}`
}

/** The second that holds `ms`, as its first millisecond. */
export function wholeSecondBefore(ms: number): number {
  return Math.floor(ms / secondMs) * secondMs
}

/** The first whole second at or after `ms`. */
export function wholeSecondAfter(ms: number): number {
  return Math.ceil(ms / secondMs) * secondMs
}

/** Without a fraction: `2024-10-31T18:00:00Z`. */
function secondText(ms: number): string {
  return `${new Date(ms).toISOString().slice(0, 19)}Z`
}
