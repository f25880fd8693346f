import { join } from 'node:path'
import { controlSocket, type FromHost, type VerbName, type Verbs, type WireFault } from '../../host/protocol.ts'
import { Fault, messageOf } from '../../lib/fault.ts'
import { type FaultCode, faults } from '../../lib/faults.ts'
import { codeOf } from '../../system/files.ts'
import { connectJsonLines, type JsonPeer } from '../../system/json-lines.ts'

export interface Question<V extends VerbName> {
  /** The host's directory. */
  readonly dir: string
  readonly verb: V
  readonly ask: Verbs[V]['ask']
  readonly hear?: (event: Verbs[V]['event']) => void
  /** Is given the means to say something while it goes on, once the host has been asked. */
  readonly begin?: (say: Say<V>) => void
}

/** Resolves when the host can take more; at once when it has gone. */
export type Say<V extends VerbName> = (input: Verbs[V]['input']) => Promise<void>

/** Thrown when there is no host: nothing was sent. Never leaves this folder. */
export class NoHost extends Error {}

/**
 * Asks the host one thing, on a connection of its own: whoever no longer waits closes it, and the host knows. Faults of
 * the host come as they are; Fault `target.unreachable` when it goes away before it has answered.
 */
export async function askHost<V extends VerbName>(
  { dir, verb, ask, hear, begin }: Question<V>,
  signal: AbortSignal,
): Promise<Verbs[V]['answer']> {
  const { promise, resolve, reject } = Promise.withResolvers<Verbs[V]['answer']>()
  void Promise.allSettled([promise]) // It may be rejected while the question is still being sent.
  const peer = await connect(join(dir, controlSocket), signal, (message) => {
    const said = message as FromHost
    if ('event' in said) hear?.(said.event as Verbs[V]['event'])
    else if ('fault' in said) reject(faultOf(said.fault))
    else resolve(said.answer as Verbs[V]['answer'])
  })
  const onAbort = () => reject(signal.reason)
  signal.addEventListener('abort', onAbort, { once: true })
  void peer.closed.then(() => reject(unreachable('it went away before it answered', new NoHost('it went away'))))
  try {
    signal.throwIfAborted()
    await peer.send({ id: 1, verb, ask })
    begin?.((input) => peer.send({ id: 1, input }))
    return await promise
  } finally {
    signal.removeEventListener('abort', onAbort)
    peer.close()
  }
}

/** Resolves when the host has gone; rejects with the signal's reason. Throws NoHost when there is none. */
export async function hostGone(dir: string, signal: AbortSignal): Promise<void> {
  const peer = await connect(join(dir, controlSocket), signal, () => {})
  const stop = () => peer.close()
  signal.addEventListener('abort', stop, { once: true })
  try {
    await peer.closed
    signal.throwIfAborted()
  } finally {
    signal.removeEventListener('abort', stop)
    peer.close()
  }
}

/** Of a socket that is not there, whose owner is gone, or whose owner is just dying. */
const absences = new Set(['ENOENT', 'ECONNREFUSED', 'ECONNRESET', 'EPIPE'])

async function connect(path: string, signal: AbortSignal, hear: (message: unknown) => void): Promise<JsonPeer> {
  try {
    return await connectJsonLines(path, hear, signal)
  } catch (error) {
    signal.throwIfAborted()
    if (absences.has(codeOf(error) ?? '')) throw new NoHost('no host', { cause: error })
    throw unreachable(messageOf(error), error)
  }
}

/** Whether there is no host, or it went away in the middle; what the host itself says is something else. */
export function isGone(error: unknown): boolean {
  return error instanceof NoHost || (error instanceof Fault && error.cause instanceof NoHost)
}

export function unreachable(problem: string, cause?: unknown): Fault {
  return new Fault('target.unreachable', { details: { target: 'local', problem }, cause })
}

function faultOf({ code, message, details, causes }: WireFault): Fault {
  const cause = causes.length === 0 ? undefined : new Error(causes.join(': '))
  if (Object.hasOwn(faults, code)) return new Fault(code as FaultCode, { details, cause })
  return new Fault('internal.bug', { details: { what: `the host said ${code}: ${message}` }, cause })
}
