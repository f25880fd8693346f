import { once } from 'node:events'
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net'
import { Fault, messageOf } from '../lib/fault.ts'
import type { Log } from '../lib/log.ts'
import { VisitorConnection } from './connection.ts'
import type { EdgeContext, Entrance } from './context.ts'

interface Listener {
  readonly server: Server
  readonly port: number
}

const mainEntrance: Entrance = { dedicatedPort: null, isPrivate: false }
const privateEntrance: Entrance = { dedicatedPort: null, isPrivate: true }

/** The sockets a worker accepts visitors on: the main address, a port for each route that has one, and the private one. */
export class Listeners {
  readonly #host: string
  readonly #accept: (socket: Socket, entrance: Entrance) => void
  readonly #log: Log
  readonly #dedicated = new Map<number, Listener>()
  readonly #others: Listener[] = []

  constructor(host: string, accept: (socket: Socket, entrance: Entrance) => void, log: Log) {
    this.#host = host
    this.#accept = accept
    this.#log = log
  }

  get dedicatedPorts(): readonly number[] {
    return [...this.#dedicated.keys()]
  }

  /** Shared with other workers: the kernel spreads connections over them. */
  async openMain(port: number): Promise<number> {
    const listener = await this.#listen({ host: this.#host, port, reusePort: true }, mainEntrance)
    this.#others.push(listener)
    return listener.port
  }

  /** Leads to this worker alone, from this machine alone. */
  async openPrivate(): Promise<number> {
    const listener = await this.#listen({ host: '127.0.0.1', port: 0, reusePort: false }, privateEntrance)
    this.#others.push(listener)
    return listener.port
  }

  /** Whether it was opened now; false when it was open before. */
  async openDedicated(port: number): Promise<boolean> {
    if (this.#dedicated.has(port)) return false
    const entrance = { dedicatedPort: port, isPrivate: false }
    this.#dedicated.set(port, await this.#listen({ host: this.#host, port, reusePort: true }, entrance))
    return true
  }

  closeDedicated(port: number): void {
    this.#dedicated.get(port)?.server.close()
    this.#dedicated.delete(port)
  }

  /** Accepts no more; what was accepted goes on. */
  closeAll(): void {
    for (const port of this.dedicatedPorts) this.closeDedicated(port)
    for (const { server } of this.#others.splice(0)) server.close()
  }

  async #listen(
    where: { readonly host: string; readonly port: number; readonly reusePort: boolean },
    entrance: Entrance,
  ): Promise<Listener> {
    const server = createServer({ allowHalfOpen: true, noDelay: true, keepAlive: true, keepAliveInitialDelay: 60_000 })
    try {
      server.listen({ ...where, backlog: 4096 })
      await once(server, 'listening')
    } catch (error) {
      const details = { address: `${where.host}:${where.port}`, problem: messageOf(error) }
      throw new Fault('edge.address_taken', { details, cause: error })
    }
    const { port } = server.address() as AddressInfo
    server.on('error', (error) => this.#log.error('a connection could not be accepted', { port, error }))
    server.on('connection', (socket) => this.#accept(socket, entrance))
    return { server, port }
  }
}

/** Takes a connection in, making room when there is none. */
export function acceptVisitor(context: EdgeContext): (socket: Socket, entrance: Entrance) => void {
  return (socket, entrance) => {
    if (context.watched.size >= context.limits.maxConnections && !makeRoom(context)) {
      socket.destroy()
      return
    }
    new VisitorConnection(socket, entrance, context)
  }
}

/** Closes the oldest connection that serves nobody. */
function makeRoom({ watched }: EdgeContext): boolean {
  for (const one of watched) {
    if (!one.isIdle) continue
    one.destroy()
    return true
  }
  return false
}
