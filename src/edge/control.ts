import { createServer, type Server, type Socket } from 'node:net'
import { Fault, messageOf } from '../lib/fault.ts'
import type { Log } from '../lib/log.ts'
import { listenPrivately } from '../system/socket-file.ts'
import { LineReader } from './line-reader.ts'
import type { ControlAnswer, ControlRequest } from './protocol.ts'

/** Does one verb. The signal is aborted when the asker is gone. */
export type Perform = (verb: string, params: unknown, signal: AbortSignal) => Promise<unknown>

const maxLineBytes = 16 * 1024 * 1024

/** The control socket: answers each line when its verb is done, in any order. */
export class ControlServer implements AsyncDisposable {
  readonly #server: Server
  readonly #perform: Perform
  readonly #log: Log
  readonly #sockets = new Set<Socket>()

  constructor(perform: Perform, log: Log) {
    this.#perform = perform
    this.#log = log
    this.#server = createServer((socket) => this.#accept(socket))
  }

  async listen(path: string): Promise<void> {
    await listenPrivately(this.#server, path)
    this.#server.on('error', (error) => this.#log.error('a control connection could not be accepted', { error }))
  }

  /** Lets answers that are written go out, then closes. */
  async [Symbol.asyncDispose](): Promise<void> {
    const closed = Promise.withResolvers<void>()
    this.#server.close(() => closed.resolve())
    for (const socket of this.#sockets) socket.destroySoon()
    await closed.promise
  }

  #accept(socket: Socket): void {
    const gone = new AbortController()
    const lines = new LineReader(maxLineBytes)
    this.#sockets.add(socket)
    socket.on('data', (bytes: Buffer) => this.#take(socket, lines.add(bytes), gone.signal))
    socket.on('error', (error) => this.#log.debug('a control connection broke', { error }))
    socket.on('close', () => {
      this.#sockets.delete(socket)
      gone.abort(new Fault('edge.unreachable', { details: { socket: 'the worker', problem: 'the asker is gone' } }))
    })
  }

  #take(socket: Socket, lines: readonly string[] | null, signal: AbortSignal): void {
    if (lines === null) {
      this.#log.warn('a control line is too long')
      socket.destroy()
      return
    }
    for (const line of lines) {
      this.#answer(line, signal).then(
        (answer) => socket.writable && socket.write(`${JSON.stringify(answer)}\n`),
        (error: unknown) => {
          this.#log.warn('a control line could not be answered', { error })
          socket.destroy()
        },
      )
    }
  }

  async #answer(line: string, signal: AbortSignal): Promise<ControlAnswer> {
    const { id, verb, params } = parseRequest(line)
    try {
      return { id, result: (await this.#perform(verb, params, signal)) ?? null }
    } catch (error) {
      const fault = faultOf(error)
      if (fault.code === 'internal.bug') this.#log.error('a control verb failed', { verb, error })
      return { id, fault: { code: fault.code, details: fault.details } }
    }
  }
}

function parseRequest(line: string): ControlRequest {
  const request = JSON.parse(line) as Partial<ControlRequest> | null
  if (typeof request?.id !== 'number' || typeof request.verb !== 'string') throw new TypeError('not a control request')
  return { id: request.id, verb: request.verb, params: request.params }
}

function faultOf(error: unknown): Fault {
  if (error instanceof Fault) return error
  return new Fault('internal.bug', { details: { what: messageOf(error) }, cause: error })
}
