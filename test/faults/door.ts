import { once } from 'node:events'
import { connect, createServer, type Server, type Socket } from 'node:net'
import { pipeline } from 'node:stream/promises'
import { freePorts } from '../../sandbox/jvm/free-ports.ts'

/** A loopback port that leads to an HTTP server and can be shut: then connections to it are refused. */
export class Door implements AsyncDisposable {
  /** The server's address as it is through the door. */
  readonly url: string
  readonly #port: number
  readonly #target: { readonly host: string; readonly port: number }
  readonly #open = new Set<Socket>()
  #server: Server | undefined

  private constructor(url: string, port: number) {
    const through = new URL(url)
    this.#port = port
    this.#target = { host: through.hostname, port: Number(through.port) }
    through.host = `127.0.0.1:${port}`
    this.url = through.href.replace(/\/$/, '')
  }

  /** A door that is shut. */
  static async to(url: string): Promise<Door> {
    const [port = 0] = await freePorts(1)
    return new Door(url, port)
  }

  async open(): Promise<void> {
    this.#server = createServer((client) => void this.#relay(client)).listen(this.#port, '127.0.0.1')
    await once(this.#server, 'listening')
  }

  /** Refuses connections from now on, and cuts those that there are. */
  async shut(): Promise<void> {
    const server = this.#server
    this.#server = undefined
    if (server === undefined) return
    const closed = once(server.close(), 'close')
    for (const socket of this.#open) socket.destroy()
    await closed
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.shut()
  }

  async #relay(client: Socket): Promise<void> {
    const server = connect(this.#target)
    for (const socket of [client, server]) this.#open.add(socket.once('close', () => this.#open.delete(socket)))
    // A pipeline that fails destroys both sockets, and with them the other pipeline.
    await Promise.allSettled([pipeline(client, server), pipeline(server, client)])
  }
}
