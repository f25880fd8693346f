import { Fault, messageOf } from '../lib/fault.ts'
import type { Log } from '../lib/log.ts'
import { type JsonPeer, type JsonServer, listenJsonLines } from '../system/json-lines.ts'
import type { FromDriver, FromHost, VerbName, Verbs, WireFault } from './protocol.ts'

export interface Call<Event, Input = never> {
  /** Aborted when whoever asked no longer waits. */
  readonly signal: AbortSignal
  /** Resolves when the listener can take more. */
  tell(event: Event): Promise<void>
  /** Hears what whoever asked says meanwhile, also what was said before; one listener for each call. */
  hear(listener: (input: Input) => void): void
}

export type Handlers = {
  readonly [V in VerbName]: (
    ask: Verbs[V]['ask'],
    call: Call<Verbs[V]['event'], Verbs[V]['input']>,
  ) => Promise<Verbs[V]['answer']>
}

/** Answers requests on the control socket. */
export async function serveControl(path: string, handlers: Handlers, log: Log): Promise<JsonServer> {
  return listenJsonLines(path, (peer) => {
    const calls = new Map<number, { readonly controller: AbortController; readonly inputs: Inputs }>()
    void peer.closed.then(() => {
      for (const { controller } of calls.values()) controller.abort(new Error('whoever asked has gone away'))
    })
    return (message) => {
      const request = message as FromDriver
      if ('cancel' in request)
        return calls.get(request.id)?.controller.abort(new Error('whoever asked no longer waits'))
      if ('input' in request) return calls.get(request.id)?.inputs.add(request.input)
      const controller = new AbortController()
      const inputs = new Inputs()
      calls.set(request.id, { controller, inputs })
      const work = perform(request, handlers, { peer, signal: controller.signal, inputs, log })
      void work.finally(() => calls.delete(request.id))
    }
  })
}

/** What is said to a call, kept until somebody listens. */
class Inputs {
  #held: unknown[] = []
  #listener: ((input: never) => void) | null = null

  add(input: unknown): void {
    if (this.#listener === null) this.#held.push(input)
    else this.#listener(input as never)
  }

  hear(listener: (input: never) => void): void {
    this.#listener = listener
    for (const input of this.#held.splice(0)) listener(input as never)
  }
}

interface Context {
  readonly peer: JsonPeer
  readonly signal: AbortSignal
  readonly inputs: Inputs
  readonly log: Log
}

type Request = Extract<FromDriver, { verb: VerbName }>

async function perform(
  { id, verb, ask }: Request,
  handlers: Handlers,
  { peer, signal, inputs, log }: Context,
): Promise<void> {
  const say = (message: FromHost) => peer.send(message)
  try {
    const handle = handlers[verb] as ((ask: unknown, call: Call<unknown>) => Promise<unknown>) | undefined
    if (handle === undefined)
      throw new Fault('request.invalid', { details: { problem: `the host has no verb ${verb}` } })
    const answer = await handle(ask, {
      signal,
      tell: (event) => say({ id, event }),
      hear: (listener) => inputs.hear(listener),
    })
    await say({ id, answer: answer ?? null })
  } catch (error) {
    if (!(error instanceof Fault) && !signal.aborted) log.error('a request failed', { verb, error })
    await say({ id, fault: wireFault(error) })
  }
}

function wireFault(error: unknown): WireFault {
  const causes = causesOf(error)
  const message = messageOf(error)
  if (error instanceof Fault) return { code: error.code, message, details: error.details, causes }
  return { code: 'internal.bug', message, details: { what: message }, causes }
}

function causesOf(error: unknown): readonly string[] {
  if (!(error instanceof Error) || error.cause === undefined) return []
  return [messageOf(error.cause), ...causesOf(error.cause)]
}
