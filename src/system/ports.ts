import { lookup } from 'node:dns/promises'
import { once } from 'node:events'
import { BoundSocket, connect, createServer } from 'node:net'

const LOOPBACK = '127.0.0.1'

/** A TCP port of this machine nobody listens on now. Another program may take it at any time: use it at once. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, LOOPBACK)
  await once(server, 'listening')
  const address = server.address()
  server.close()
  await once(server, 'close')
  return typeof address === 'object' && address !== null ? address.port : 0
}

/** Connects to a port of this machine and lets go again. Rejects with the system's error, or with the signal's reason. */
export async function connectOnce(port: number, signal: AbortSignal): Promise<void> {
  signal.throwIfAborted()
  const socket = connect({ host: LOOPBACK, port })
  const onAbort = () => socket.destroy(signal.reason)
  signal.addEventListener('abort', onAbort, { once: true })
  try {
    await new Promise<void>((resolve, reject) => socket.once('connect', resolve).once('error', reject))
  } finally {
    signal.removeEventListener('abort', onAbort)
    socket.destroy()
  }
}

/** A socket that is bound, for programs we start to listen on: what waits in its queue waits for all of them. */
export interface SharedSocket extends Disposable {
  /** To be inherited by them. */
  readonly fd: number
}

/** Binds `HOST:PORT`, also beside a socket that an earlier one of us bound there. Throws the system's error. */
export async function bindShared(address: string): Promise<SharedSocket> {
  const { host, port } = hostAndPort(address)
  const { address: numeric } = await lookup(host)
  const bound = new BoundSocket({ host: numeric, port, reusePort: true })
  return { fd: bound.fd(), [Symbol.dispose]: () => bound[Symbol.dispose]() }
}

/** The two halves of `HOST:PORT`; an IPv6 host stands in brackets there, and without them here. */
export function hostAndPort(address: string): { readonly host: string; readonly port: number } {
  const colon = address.lastIndexOf(':')
  return { host: address.slice(0, colon).replace(/^\[|\]$/g, ''), port: Number(address.slice(colon + 1)) }
}
