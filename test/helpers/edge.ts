import { once } from 'node:events'
import {
  createServer,
  type IncomingMessage,
  type RequestListener,
  type RequestOptions,
  request,
  type ServerResponse,
} from 'node:http'
import type { AddressInfo, Socket } from 'node:net'
import { connect } from 'node:net'
import { join } from 'node:path'
import { EdgeClient } from '../../src/edge/client.ts'
import { defaultLimits, type EdgeLimits } from '../../src/edge/limits.ts'
import { type Hello, openDoor, type Route, type RouteInstance } from '../../src/edge/protocol.ts'
import { Worker } from '../../src/edge/worker.ts'
import { type Log, silent } from '../../src/lib/log.ts'
import { systemClock } from '../../src/system/clock.ts'
import { tempDir } from './temp-dir.ts'

export interface Backend extends AsyncDisposable {
  readonly name: string
  readonly port: number
  readonly instance: RouteInstance
  /** Requests it has begun to handle. */
  readonly requests: IncomingMessage[]
  readonly sockets: Set<Socket>
  /** Connections it has taken, ever. */
  connections(): number
}

export interface BackendOptions {
  readonly name: string
  readonly digest?: string
  readonly handle?: RequestListener
  readonly port?: number
  readonly keepAliveMs?: number
}

/** A real HTTP server that answers with its name. */
export async function backend(options: BackendOptions): Promise<Backend> {
  const { name, digest = `sha-${name}`, handle = (_request, response) => response.end(name) } = options
  const requests: IncomingMessage[] = []
  const sockets = new Set<Socket>()
  const server = createServer({ keepAliveTimeout: options.keepAliveMs ?? 5_000 }, (request, response) => {
    requests.push(request)
    response.setHeader('x-instance', name)
    handle(request, response)
  })
  let connections = 0
  server.on('connection', (socket) => {
    connections++
    sockets.add(socket)
    socket.on('close', () => sockets.delete(socket))
  })
  server.on('upgrade', (_request, socket: Socket, head: Buffer) => echo(socket, head))
  server.listen(options.port ?? 0, '127.0.0.1', 4096)
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  return {
    ...{ name, port, requests, sockets, connections: () => connections },
    instance: { name, address: '127.0.0.1', port, digest, version: `v-${name}` },
    [Symbol.asyncDispose]: async () => {
      const closed = once(server, 'close')
      server.close()
      for (const socket of sockets) socket.destroy()
      server.closeAllConnections()
      await closed
    },
  }
}

/** Says every byte again, in place of a WebSocket server: to the edge both are the same. */
function echo(socket: Socket, head: Buffer): void {
  socket.write('HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nX-Kept: yes\r\n\r\n')
  socket.on('error', () => socket.destroy())
  if (head.length > 0) socket.write(head)
  socket.pipe(socket)
}

/** Answers when told to, so that a test decides how long a request is in flight. */
export function gate(): { readonly handle: RequestListener; readonly open: ServerResponse[] } {
  const open: ServerResponse[] = []
  return { open, handle: (_request, response) => void open.push(response) }
}

export function route(instances: readonly Backend[], more: Partial<Route> = {}): Route {
  return {
    track: 'shop/web/production',
    environment: 'production',
    hosts: ['shop.example'],
    port: null,
    deployment: 'd1',
    release: { version: 'v1', commit: 'c0ffee', digest: 'sha-v1' },
    candidates: [],
    files: [],
    isFilesOnly: false,
    door: openDoor,
    ...more,
    instances: instances.map((one) => one.instance),
  }
}

export interface Edge extends AsyncDisposable {
  readonly worker: Worker
  readonly client: EdgeClient
  readonly hello: Hello
  readonly port: number
  readonly directory: string
}

/** A worker in this process, with its control socket and a client of it. */
export async function edge(
  options: { limits?: Partial<EdgeLimits>; trustsForwarded?: boolean; log?: Log } = {},
): Promise<Edge> {
  const directory = await tempDir()
  const socketPath = join(directory.path, 'edge.sock')
  const worker = await Worker.start(
    {
      id: 'edge-1',
      socketPath,
      statePath: join(directory.path, 'state.json'),
      listen: { host: '127.0.0.1', port: 0 },
      token: null,
      trustsForwarded: options.trustsForwarded ?? false,
      isHeld: false,
      listenFd: null,
      limits: { ...defaultLimits, ...options.limits },
    },
    { clock: systemClock, log: options.log ?? silent },
  )
  const client = await EdgeClient.connect({ socketPath, clock: systemClock, connectMs: 5_000 }, never)
  const hello = await client.call('hello', {}, never)
  return {
    ...{ worker, client, hello, port: hello.listen.port, directory: directory.path },
    [Symbol.asyncDispose]: async () => {
      await worker.stop(0)
      client[Symbol.dispose]()
      await worker.done
      await directory[Symbol.asyncDispose]()
    },
  }
}

/** For calls that a test does not take back. */
export const never = new AbortController().signal

export interface RawConnection extends Disposable {
  readonly socket: Socket
  /** All that came so far, as latin1. */
  text(): string
  /** Resolves with everything when the other side has closed. */
  readonly closed: Promise<string>
}

/** A visitor that decides over every byte. */
export async function rawConnect(port: number): Promise<RawConnection> {
  const socket = connect({ port, host: '127.0.0.1', allowHalfOpen: false })
  const parts: Buffer[] = []
  const text = () => Buffer.concat(parts).toString('latin1')
  const closed = Promise.withResolvers<string>()
  socket.on('data', (bytes: Buffer) => parts.push(bytes))
  socket.on('error', () => undefined) // a reset shows in what did not come
  socket.on('close', () => closed.resolve(text()))
  await once(socket, 'connect')
  return { socket, text, closed: closed.promise, [Symbol.dispose]: () => socket.destroy() }
}

/** Sends bytes on a connection of their own and gives all that comes back until the close. */
export async function rawExchange(port: number, bytes: string | Buffer): Promise<string> {
  using connection = await rawConnect(port)
  connection.socket.write(bytes, 'latin1')
  return await connection.closed
}

export interface Reply {
  readonly status: number
  readonly headers: IncomingMessage['headers']
  readonly body: string
}

/** One request by node:http, as a visitor's program sends it. */
export async function ask(
  port: number,
  options: RequestOptions & { readonly body?: string | Buffer } = {},
): Promise<Reply> {
  const { body, headers, ...more } = options
  const { promise, resolve, reject } = Promise.withResolvers<Reply>()
  const sent = request(
    { host: '127.0.0.1', port, headers: { host: 'shop.example', ...headers }, ...more },
    (response) => {
      const parts: Buffer[] = []
      response.on('data', (part: Buffer) => parts.push(part))
      response.on('error', reject)
      response.on('end', () => {
        resolve({ status: response.statusCode ?? 0, headers: response.headers, body: Buffer.concat(parts).toString() })
      })
    },
  )
  sent.on('error', reject)
  sent.end(body)
  return await promise
}
