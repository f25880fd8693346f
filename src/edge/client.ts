import { connect, type Socket } from 'node:net'
import type { Clock } from '../lib/clock.ts'
import { Fault, messageOf } from '../lib/fault.ts'
import { type FaultCode, faults } from '../lib/faults.ts'
import { LineReader } from './line-reader.ts'
import type { ControlAnswer, Verb, Verbs } from './protocol.ts'

const maxLineBytes = 64 * 1024 * 1024

export interface EdgeClientOptions {
  readonly socketPath: string
  readonly clock: Clock
  /** For the connection to be there. */
  readonly connectMs: number
}

interface Waiting {
  resolve(result: unknown): void
  reject(error: unknown): void
}

/** One connection to a worker's control socket. Fault `edge.unreachable` (temporary) when it is not there, or no more. */
export class EdgeClient implements Disposable {
  readonly #path: string
  readonly #socket: Socket
  readonly #waiting = new Map<number, Waiting>()
  #nextId = 1
  #closed: Fault | null = null

  private constructor(path: string, socket: Socket) {
    this.#path = path
    this.#socket = socket
    const lines = new LineReader(maxLineBytes)
    let problem = 'it closed the connection'
    socket.on('data', (bytes: Buffer) => this.#take(lines.add(bytes)))
    socket.on('error', (error) => {
      problem = messageOf(error)
    })
    socket.on('close', () => this.#fail(problem))
  }

  static async connect(options: EdgeClientOptions, signal: AbortSignal): Promise<EdgeClient> {
    const { socketPath, clock, connectMs } = options
    signal.throwIfAborted()
    const socket = connect(socketPath)
    const timer = new AbortController()
    try {
      await Promise.race([connected(socket), refuseAfter(clock, connectMs, AbortSignal.any([timer.signal, signal]))])
    } catch (error) {
      socket.destroy()
      signal.throwIfAborted()
      throw unreachable(socketPath, messageOf(error), error)
    } finally {
      timer.abort()
    }
    return new EdgeClient(socketPath, socket)
  }

  get isOpen(): boolean {
    return this.#closed === null
  }

  /** One verb. When the signal is aborted first, rejects with its reason; what the worker had begun goes on there. */
  async call<V extends Verb>(verb: V, params: Verbs[V]['params'], signal: AbortSignal): Promise<Verbs[V]['result']> {
    signal.throwIfAborted()
    if (this.#closed !== null) throw this.#closed
    const id = this.#nextId++
    const { promise, resolve, reject } = Promise.withResolvers<unknown>()
    const onAbort = () => reject(signal.reason)
    this.#waiting.set(id, { resolve, reject })
    signal.addEventListener('abort', onAbort, { once: true })
    this.#socket.write(`${JSON.stringify({ id, verb, params })}\n`)
    try {
      return (await promise) as Verbs[V]['result']
    } finally {
      this.#waiting.delete(id)
      signal.removeEventListener('abort', onAbort)
    }
  }

  [Symbol.dispose](): void {
    this.#socket.destroy()
    this.#fail('the connection was closed here')
  }

  #take(lines: readonly string[] | null): void {
    try {
      if (lines === null) throw new TypeError('a line that is too long')
      for (const line of lines) this.#answer(JSON.parse(line) as ControlAnswer)
    } catch (error) {
      this.#socket.destroy()
      this.#fail(`it answered ${messageOf(error)}`)
    }
  }

  #answer(answer: ControlAnswer): void {
    const waiting = this.#waiting.get(answer.id)
    if ('fault' in answer) waiting?.reject(faultOf(answer.fault))
    else waiting?.resolve(answer.result)
  }

  #fail(problem: string): void {
    this.#closed ??= unreachable(this.#path, problem)
    for (const { reject } of this.#waiting.values()) reject(this.#closed)
  }
}

async function connected(socket: Socket): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>()
  socket.once('connect', resolve)
  socket.once('error', reject)
  await promise.finally(() => {
    socket.off('connect', resolve)
    socket.off('error', reject)
    socket.on('error', () => undefined) // until the client listens itself
  })
}

async function refuseAfter(clock: Clock, ms: number, signal: AbortSignal): Promise<never> {
  await clock.sleep(ms, signal)
  throw new Error(`no connection within ${ms} ms`)
}

function unreachable(socketPath: string, problem: string, cause?: unknown): Fault {
  return new Fault('edge.unreachable', { details: { socket: socketPath, problem }, cause })
}

function faultOf(fault: { readonly code: string; readonly details: Readonly<Record<string, unknown>> }): Fault {
  if (Object.hasOwn(faults, fault.code)) return new Fault(fault.code as FaultCode, { details: fault.details })
  return new Fault('internal.bug', { details: { what: `the edge answered with the unknown fault ${fault.code}` } })
}
