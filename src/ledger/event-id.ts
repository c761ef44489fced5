import { hash } from 'node:crypto'

/** The namespace of Ringtail's event ids: UUIDv5 of the URL namespace and `https://ringtail.dev/event-id`. */
export const eventIdNamespace = uuidOf(
  Buffer.from('6ba7b8119dad11d180b400c04fd430c8', 'hex'),
  'https://ringtail.dev/event-id',
)

let scratch = Buffer.alloc(512)
Buffer.from(eventIdNamespace.replaceAll('-', ''), 'hex').copy(scratch)

/**
 * The id of an event: UUIDv5 of `provider|account|id|kind|revision|contentHash`. The same fact published again
 * has the same id, whoever publishes it.
 */
export function eventId(
  provider: string,
  account: string,
  id: string,
  kind: string,
  revision: number,
  contentHash: string,
): string {
  const name = `${provider}|${account}|${id}|${kind}|${revision}|${contentHash}`
  if (16 + name.length * 3 > scratch.length) {
    const larger = Buffer.alloc((16 + name.length * 3) * 2)
    scratch.copy(larger, 0, 0, 16)
    scratch = larger
  }
  const length = scratch.write(name, 16, 'utf8')
  return formatted(hash('sha1', scratch.subarray(0, 16 + length), 'hex'))
}

function uuidOf(namespace: Buffer, name: string): string {
  return formatted(hash('sha1', Buffer.concat([namespace, Buffer.from(name)]), 'hex'))
}

/** RFC 9562: version 5 in the 13th digit, variant 10 in the top bits of the 17th. */
function formatted(hex: string): string {
  const variant = ((Number.parseInt(hex.charAt(16), 16) & 0x3) | 0x8).toString(16)
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-5${hex.slice(13, 16)}-${variant}${hex.slice(17, 20)}-${hex.slice(20, 32)}`
}
