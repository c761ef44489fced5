/**
 * The offset that `pagination.next` names, or undefined where it names none. Nothing else is taken from the link: host,
 * scheme and port are those configured, filter, order and limit are ours, and other parameters are nobody's.
 */
export function nextOffset(next: string, baseUrl: string): number | undefined {
  const offset = URL.parse(next, baseUrl)?.searchParams.get('offset')
  return offset !== null && offset !== undefined && /^\d{1,15}$/.test(offset) ? Number(offset) : undefined
}
