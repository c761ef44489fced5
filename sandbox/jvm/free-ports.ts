import { once } from 'node:events'
import { createServer, type Server } from 'node:net'

const lowestPort = 20_000
const highestPort = 30_000

/**
 * `count` different loopback TCP ports on which nothing listens.
 *
 * They lie below the ports that systems give to outgoing connections. Otherwise a client that keeps trying a stopped
 * broker's port could be given that very port, connect to itself and keep the broker from coming back.
 */
export async function freePorts(count: number): Promise<readonly number[]> {
  const held: Server[] = []
  try {
    while (held.length < count) {
      const server = await listen(lowestPort + Math.floor(Math.random() * (highestPort - lowestPort)))
      if (server !== undefined) held.push(server)
    }
    return held.map(portOf)
  } finally {
    await Promise.all(held.map((server) => once(server.close(), 'close')))
  }
}

async function listen(port: number): Promise<Server | undefined> {
  const server = createServer().listen(port, '127.0.0.1')
  return await once(server, 'listening').then(
    () => server,
    () => undefined,
  )
}

function portOf(server: Server): number {
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('not listening on a TCP port')
  return address.port
}
