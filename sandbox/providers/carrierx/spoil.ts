import type { Random } from '../random.ts'
import type { Envelope } from './envelope.ts'
import type { CallPage } from './page.ts'

/** CarrierX's own faults, with how often each one is drawn relative to the others. */
export const carrierxSpoils = {
  /** The envelope without rows: not an answer. */
  'items-missing': 2,
  'items-null': 2,
  /** `after` or `before` a sid that has expired: 404. */
  'cursor-expired': 1,
  /** Right rows, odd envelope. */
  'wrong-count': 2,
  'has-more-without-next': 2,
  /** `next` at another host, scheme or port, with parameters that nobody asked for; or without those that were. */
  'next-elsewhere': 2,
  'next-forgets': 2,
  /** Fewer rows than there are: half of the limit, or the ten of a server that ignores it. */
  'short-page': 2,
  'ignore-limit': 2,
  /** The same dr_sid twice in an answer: with the same content, or with the older content first. */
  'duplicate-row': 2,
  'duplicate-older': 1,
  /** A row turns up in the range just before the page that is asked for, so that offsets shift by one. */
  drift: 3,
} as const satisfies Record<string, number>

/** One of CarrierX's own faults. */
export type CarrierxSpoil = keyof typeof carrierxSpoils

const pageSpoils: Partial<Record<CarrierxSpoil, (page: CallPage, random: Random) => CallPage>> = {
  'short-page': (page) => {
    const half = Math.max(1, Math.floor(page.positions.length / 2))
    return { ...page, positions: page.positions.slice(0, half), hasMore: true }
  },
  'ignore-limit': (page) => ({ ...page, positions: page.positions.slice(0, 10), hasMore: true }),
  // What is shown twice takes the place of the last row, lest there are more rows than the limit allows.
  'duplicate-older': (page) => ({ ...page, positions: page.positions.slice(0, -1), hasMore: true }),
  'duplicate-row': ({ positions, ...page }, random) => {
    const twice = random.integer(0, positions.length - 2)
    const repeated = positions.slice(twice, twice + 1)
    return { ...page, positions: positions.slice(0, -1).toSpliced(twice, 0, ...repeated), hasMore: true }
  },
}

const envelopeSpoils: Partial<
  Record<CarrierxSpoil, (envelope: Envelope, random: Random, strayUrl: string) => Envelope>
> = {
  'items-missing': (envelope) => ({ ...envelope, items: undefined }),
  'items-null': (envelope) => ({ ...envelope, items: null }),
  'wrong-count': (envelope, random) => ({ ...envelope, count: envelope.count + random.integer(1, 5) }),
  'has-more-without-next': (envelope) => ({ ...envelope, hasMore: true, pagination: {} }),
  'next-elsewhere': (envelope, random, strayUrl) => withNext(envelope, (next) => elsewhere(next, random, strayUrl)),
  'next-forgets': (envelope) => withNext(envelope, forgetful),
}

/** The page with fewer rows, or with one of them twice; other faults leave it as it is. */
export function spoilPage(page: CallPage, spoil: CarrierxSpoil | undefined, random: Random): CallPage {
  return (spoil && pageSpoils[spoil]?.(page, random)) ?? page
}

/** The envelope with a lie in it; other faults leave it as it is. `strayUrl` is where a link that leads astray leads. */
export function spoilEnvelope(
  envelope: Envelope,
  spoil: CarrierxSpoil | undefined,
  random: Random,
  strayUrl: string,
): Envelope {
  return (spoil && envelopeSpoils[spoil]?.(envelope, random, strayUrl)) ?? envelope
}

function withNext(envelope: Envelope, change: (next: string) => string): Envelope {
  const { next } = envelope.pagination
  return next === undefined ? envelope : { ...envelope, pagination: { ...envelope.pagination, next: change(next) } }
}

/** Another port, another name for the host, or another scheme; and a parameter that nobody asked for. */
function elsewhere(next: string, random: Random, strayUrl: string): string {
  const { pathname, search, host } = new URL(next)
  const { port } = new URL(strayUrl)
  const origin = random.pick([strayUrl, `http://localhost:${port}`, `https://${host}`, `https://127.0.0.1:${port}`])
  return `${origin}${pathname}${search}&trace=${random.hex(8)}`
}

function forgetful(next: string): string {
  const url = new URL(next)
  for (const name of ['filter', 'order', 'limit']) url.searchParams.delete(name)
  return url.href
}
