import { chmod, rm } from 'node:fs/promises'
import { createConnection, createServer, type Server, type Socket } from 'node:net'
import { diskFault } from './errors.ts'

/** One end of a conversation over a unix socket: a JSON value per line, in both directions. */
export interface JsonPeer {
  /** Resolves when the other end can take more; at once when it has gone, as `closed` tells. */
  send(message: unknown): Promise<void>
  /** Settles when the connection is over, whoever ended it and however. */
  readonly closed: Promise<void>
  readonly isClosed: boolean
  close(): void
}

/** Called for each message, in order. What it throws ends the connection: the other end does not speak our language. */
export type OnMessage = (message: unknown) => void

/** Longest line taken; a longer one ends the connection before it fills the memory. */
const LONGEST_LINE = 32 * 1024 * 1024

/** Rejects with the system's error (`ENOENT`, `ECONNREFUSED`) when nobody listens there, or the signal's reason. */
export async function connectJsonLines(path: string, onMessage: OnMessage, signal: AbortSignal): Promise<JsonPeer> {
  signal.throwIfAborted()
  const socket = createConnection(path)
  const onAbort = () => socket.destroy(signal.reason)
  signal.addEventListener('abort', onAbort, { once: true })
  try {
    await new Promise<void>((resolve, reject) => socket.once('connect', resolve).once('error', reject))
  } finally {
    signal.removeEventListener('abort', onAbort)
  }
  return talk(socket, onMessage)
}

export interface JsonServer {
  /** Takes no new connection, and ends those that are open. */
  close(): Promise<void>
}

/**
 * Listens at a path that only we may open. A socket file that is there is taken to be left over, so the caller must
 * hold the lock that makes it the only one. `welcome` gives each new peer its handler. Fault `disk.full`.
 */
export async function listenJsonLines(path: string, welcome: (peer: JsonPeer) => OnMessage): Promise<JsonServer> {
  await rm(path, { force: true })
  const sockets = new Set<Socket>()
  const server = createServer((socket) => {
    sockets.add(socket)
    socket.once('close', () => sockets.delete(socket))
    const peer = talk(socket, (message) => handle(message))
    const handle = welcome(peer)
  })
  await new Promise<void>((resolve, reject) =>
    server.once('error', (error) => reject(diskFault(error, path))).listen(path, resolve),
  )
  await chmod(path, 0o600)
  return { close: () => closeAll(server, sockets) }
}

async function closeAll(server: Server, sockets: ReadonlySet<Socket>): Promise<void> {
  const closed = new Promise((resolve) => server.close(resolve))
  for (const socket of sockets) socket.destroy()
  await closed
}

function talk(socket: Socket, onMessage: OnMessage): JsonPeer {
  const state = { isClosed: false }
  const closed = new Promise<void>((resolve) =>
    socket.once('close', () => {
      state.isClosed = true
      resolve()
    }),
  )
  socket.on('error', () => socket.destroy()) // `closed` tells it; why a peer went away changes nothing.
  socket.on('end', () => socket.destroy())
  const take = lineSplitter((line) => onMessage(JSON.parse(line)))
  socket.on('data', (chunk: Buffer) => {
    try {
      take(chunk)
    } catch (error) {
      socket.destroy(error instanceof Error ? error : new Error(String(error)))
    }
  })
  const send = async (message: unknown) => {
    if (state.isClosed || !socket.writable) return
    if (socket.write(`${JSON.stringify(message)}\n`)) return
    await Promise.race([closed, new Promise<void>((resolve) => socket.once('drain', resolve))])
  }
  return {
    send,
    closed,
    get isClosed() {
      return state.isClosed
    },
    close: () => void socket.destroySoon(),
  }
}

const NEWLINE = 0x0a

/** Cuts bytes into lines; a line, or one of its characters, may come in pieces. */
function lineSplitter(onLine: (line: string) => void): (chunk: Buffer) => void {
  let pieces: Buffer[] = []
  let length = 0
  return (chunk) => {
    let from = 0
    for (let at = chunk.indexOf(NEWLINE); at !== -1; at = chunk.indexOf(NEWLINE, from)) {
      pieces.push(chunk.subarray(from, at))
      const line = Buffer.concat(pieces).toString('utf8')
      pieces = []
      length = 0
      from = at + 1
      onLine(line)
    }
    if (from === chunk.length) return
    pieces.push(chunk.subarray(from))
    length += chunk.length - from
    if (length > LONGEST_LINE) throw new RangeError(`a line is longer than ${LONGEST_LINE} bytes`)
  }
}
