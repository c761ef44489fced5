import { readFile } from 'node:fs/promises'

/** A V8 processor profile, as `node --cpu-prof` writes it. */
interface Profile {
  readonly nodes: readonly {
    readonly id: number
    readonly callFrame: { readonly functionName: string; readonly url: string }
    readonly children?: readonly number[]
  }[]
  readonly samples: readonly number[]
  readonly timeDeltas: readonly number[]
}

/** The rooms that time is attributed to, by a part of the path of the code; the first that matches. */
const rooms: readonly (readonly [string, RegExp])[] = [
  ['produce', /node_modules\/kafkajs\/|src\/kafka\//],
  ['encode', /src\/avro\/|node_modules\/avsc\//],
  [
    'normalize',
    /src\/providers\/carrierx\/(normalize|extra|disposition|times)|libphonenumber|src\/providers\/(phone-number|iso-time|decimals|scalars)/,
  ],
  ['parse', /src\/providers\//],
  ['diff', /src\/ledger\//],
  ['read', /src\/http\/|node_modules\/undici\/|src\/feed\//],
  ['observe', /src\/observe\/|node_modules\/(prom-client|pino)\/|src\/hooks/],
]

/** Seconds of processor time by room: each sample belongs to the innermost frame that is of a room. */
export async function timeByRoom(path: string): Promise<Map<string, number>> {
  const profile = JSON.parse(await readFile(path, 'utf8')) as Profile
  const parents = new Map<number, number>()
  const nodes = new Map(profile.nodes.map((node) => [node.id, node]))
  for (const node of profile.nodes) for (const child of node.children ?? []) parents.set(child, node.id)
  const roomOf = (id: number): string => {
    const name = nodes.get(id)?.callFrame.functionName
    if (name === '(idle)' || name === '(garbage collector)') return name.slice(1, -1)
    for (let at: number | undefined = id; at !== undefined; at = parents.get(at)) {
      const url = nodes.get(at)?.callFrame.url ?? ''
      const room = rooms.find(([, pattern]) => pattern.test(url))
      if (room !== undefined) return room[0]
    }
    return 'node'
  }
  const known = new Map<number, string>()
  const seconds = new Map<string, number>()
  for (const [at, sample] of profile.samples.entries()) {
    let room = known.get(sample)
    if (room === undefined) {
      room = roomOf(sample)
      known.set(sample, room)
    }
    seconds.set(room, (seconds.get(room) ?? 0) + (profile.timeDeltas[at] ?? 0) / 1e6)
  }
  seconds.delete('idle')
  return new Map([...seconds].sort(([, a], [, b]) => b - a))
}
