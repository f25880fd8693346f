import { once } from 'node:events'
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net'
import { Fault, messageOf } from '../lib/fault.ts'
import type { Log } from '../lib/log.ts'
import { nextTurn } from '../system/turn.ts'
import { VisitorConnection } from './connection.ts'
import type { EdgeContext, Entrance } from './context.ts'

interface Listener {
  readonly server: Server
  readonly port: number
  /** Connections accepted, ever. */
  accepted: number
}

type Where = { readonly host: string; readonly port: number; readonly reusePort: boolean } | { readonly fd: number }

function nameOf(where: Where): string {
  return 'fd' in where ? `file descriptor ${where.fd}` : `${where.host}:${where.port}`
}

/** So many turns is a closing listener given to find its queue empty. */
const lastTurns = 500

const mainEntrance: Entrance = { dedicatedPort: null, isPrivate: false }
const privateEntrance: Entrance = { dedicatedPort: null, isPrivate: true }

/** The sockets a worker accepts visitors on: the main address, a port for each route that has one, and the private one. */
export class Listeners {
  readonly #host: string
  readonly #accept: (socket: Socket, entrance: Entrance) => void
  readonly #log: Log
  readonly #dedicated = new Map<number, Listener>()
  readonly #others: Listener[] = []
  #isClosed = false

  constructor(host: string, accept: (socket: Socket, entrance: Entrance) => void, log: Log) {
    this.#host = host
    this.#accept = accept
    this.#log = log
  }

  get dedicatedPorts(): readonly number[] {
    return [...this.#dedicated.keys()]
  }

  /**
   * Shared with other workers: the kernel spreads connections over them. With `fd` they share one socket, so that what
   * waits in its queue outlives each of them; without, each has a socket of its own on the same port.
   */
  async openMain(port: number, fd: number | null): Promise<number> {
    const where = fd === null ? { host: this.#host, port, reusePort: true } : { fd }
    const listener = await this.#listen(where, mainEntrance)
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

  async closeDedicated(port: number): Promise<void> {
    const listener = this.#dedicated.get(port)
    this.#dedicated.delete(port)
    if (listener !== undefined) await closeWhenEmpty(listener)
  }

  /** Accepts no more; what was accepted goes on. */
  async closeAll(): Promise<void> {
    this.#isClosed = true
    const all = [...this.#others.splice(0), ...this.#dedicated.values()]
    this.#dedicated.clear()
    await Promise.all(all.map(closeWhenEmpty))
  }

  async #listen(where: Where, entrance: Entrance): Promise<Listener> {
    if (this.#isClosed) {
      throw new Fault('edge.unreachable', { details: { socket: nameOf(where), problem: 'it is stopping' } })
    }
    const server = createServer({ allowHalfOpen: true, noDelay: true, keepAlive: true, keepAliveInitialDelay: 60_000 })
    try {
      server.listen({ ...where, backlog: 4096 })
      await once(server, 'listening')
    } catch (error) {
      const details = { address: nameOf(where), problem: messageOf(error) }
      throw new Fault('edge.address_taken', { details, cause: error })
    }
    const { port } = server.address() as AddressInfo
    server.on('error', (error) => this.#log.error('a connection could not be accepted', { port, error }))
    const listener = { server, port, accepted: 0 }
    server.on('connection', (socket) => {
      listener.accepted++
      this.#accept(socket, entrance)
    })
    return listener
  }
}

/**
 * The kernel resets connections that wait in the queue of a listener that closes, although other workers listen on the
 * same port. So it closes right after a turn in which nobody came.
 */
async function closeWhenEmpty(listener: Listener): Promise<void> {
  await nextTurn()
  for (let turn = 0; turn < lastTurns; turn++) {
    const before = listener.accepted
    await nextTurn()
    if (listener.accepted === before) break
  }
  listener.server.close()
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
