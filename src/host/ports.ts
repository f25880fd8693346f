import { once } from 'node:events'
import { createServer } from 'node:net'
import { Fault } from '../lib/fault.ts'
import { codeOf } from '../system/files.ts'
import { randomFraction } from '../system/random.ts'

export interface PortRange {
  readonly first: number
  readonly last: number
}

/**
 * Hands out ports of this machine, going round the range, so that a port is not soon used again: a late request for an
 * instance that is gone must not reach another app.
 */
export class Ports {
  readonly #range: PortRange
  readonly #taken = new Set<number>()
  #next: number

  constructor(range: PortRange) {
    this.#range = range
    this.#next = range.first + Math.floor(randomFraction() * size(range))
  }

  /** A port nobody of ours has and nobody else listens on now. */
  async take(): Promise<number> {
    for (let tries = size(this.#range); tries > 0; tries -= 1) {
      const port = this.#step()
      if (this.#taken.has(port)) continue
      this.#taken.add(port)
      if (await isFree(port)) return port
      this.#taken.delete(port)
    }
    const problem = `every port from ${this.#range.first} to ${this.#range.last} is taken`
    throw new Fault('target.refused', { details: { target: 'local', problem } })
  }

  /** Takes this very port again for an instance that had it before; whether it could. */
  async retake(port: number): Promise<boolean> {
    const isFreeNow = await isFree(port)
    if (!isFreeNow) return false
    this.#taken.add(port)
    return true
  }

  /** Notes the port of an instance that is running already. */
  note(port: number): void {
    this.#taken.add(port)
  }

  release(port: number): void {
    this.#taken.delete(port)
  }

  #step(): number {
    const port = this.#next
    this.#next = port >= this.#range.last ? this.#range.first : port + 1
    return port
  }
}

function size({ first, last }: PortRange): number {
  return last - first + 1
}

/** Only binding tells for sure, and on all addresses: an app may choose either family. */
async function isFree(port: number): Promise<boolean> {
  return (await canListen(port, '0.0.0.0')) && (await canListen(port, '::'))
}

async function canListen(port: number, host: string): Promise<boolean> {
  const server = createServer()
  try {
    server.listen({ port, host, ipv6Only: host === '::', exclusive: true })
    await once(server, 'listening')
    return true
  } catch (error) {
    const code = codeOf(error)
    if (code === 'EADDRINUSE' || code === 'EACCES') return false
    if (code === 'EAFNOSUPPORT' || code === 'EADDRNOTAVAIL') return true // a machine without IPv6
    throw error
  } finally {
    await new Promise((resolve) => server.close(resolve))
  }
}
