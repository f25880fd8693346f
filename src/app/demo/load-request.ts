import { type Agent, type IncomingHttpHeaders, type IncomingMessage, request } from 'node:http'
import type { Clock } from '../../lib/clock.ts'
import { messageOf } from '../../lib/fault.ts'
import { codeOf } from '../../system/files.ts'

/** One kind of request in the mix. */
export interface Shape {
  readonly name: string
  readonly weight: number
  readonly method: 'GET' | 'POST'
  readonly path: string
  readonly headers: Readonly<Record<string, string>>
  readonly body: string | null
  /** False: a fresh connection for each request, closed after the answer. */
  readonly keepAlive: boolean
  /** An event stream is left after this long; null = the answer has an end of its own. */
  readonly leaveAfterMs: number | null
  /** Whether its latency says something of the server: not for an answer that is slow by design. */
  readonly latencyCounts: boolean
}

export interface Visited {
  readonly host: string
  readonly port: number
  /** The Host header, where it is not the address. */
  readonly hostHeader?: string
  /** Which release answered, by the answer's head or the first 4 KB of its body. Default: the `x-release` header. */
  readonly releaseOf?: (answer: Answered) => string | null
}

export interface Answered {
  readonly status: number
  readonly headers: IncomingHttpHeaders
  readonly body: string
}

export interface Answer {
  readonly status: number | null
  /** Null only for a whole answer, whatever its status. */
  readonly error: string | null
  readonly release: string | null
  /** Whether the request went over a connection that had carried another one before. */
  readonly reused: boolean
}

export interface Sending {
  /** Never rejects. */
  readonly answer: Promise<Answer>
  cancel(why: string): void
}

export interface Exchange {
  readonly shape: Shape
  readonly visited: Visited
  readonly agent: Agent | undefined
  readonly clock: Clock
}

/** Sends one request and waits for the last byte of its answer. Nothing is sent twice: what a retry would hide is counted. */
export function exchange(what: Exchange): Sending {
  const { promise, resolve } = Promise.withResolvers<Answer>()
  const sent = request(optionsOf(what))
  let open: { destroy(error: Error): unknown } = sent
  let hasHead = false
  // Once there is an answer, its reader tells how it ends.
  const fail = (error: unknown) =>
    hasHead || resolve({ status: null, error: reasonOf(error), release: null, reused: sent.reusedSocket })
  sent.on('error', fail).on('close', () => fail(new Error('closed without an answer')))
  sent.on('response', (response) => {
    open = response
    hasHead = true
    void read(response, what).then((rest) => resolve({ ...rest, reused: sent.reusedSocket }))
  })
  sent.end(what.shape.body ?? undefined)
  return { answer: promise, cancel: (why) => open.destroy(new Error(why)) }
}

function optionsOf({ shape, visited, agent }: Exchange) {
  const { host, port, hostHeader } = visited
  const headers = {
    ...shape.headers,
    host: hostHeader ?? `${host}:${port}`,
    ...(shape.keepAlive ? {} : { connection: 'close' }),
    ...(shape.body === null ? {} : { 'content-length': String(Buffer.byteLength(shape.body)) }),
  }
  return { host, port, agent, method: shape.method, path: shape.path, headers }
}

const keptBytes = 4096

async function read(response: IncomingMessage, what: Exchange): Promise<Omit<Answer, 'reused'>> {
  const status = response.statusCode ?? 0
  const over = new AbortController()
  let body = ''
  let error: string | null = null
  try {
    for await (const chunk of response.setEncoding('utf8')) {
      if (body === '') leaveLater(what, over.signal, response)
      if (body.length < keptBytes) body += String(chunk)
    }
  } catch (cause) {
    const reason = reasonOf(cause)
    error = reason === visitorLeft ? null : reason
  } finally {
    over.abort()
  }
  return { status, error, release: releaseOf(what.visited, { status, headers: response.headers, body }) }
}

const visitorLeft = 'visitor left'

/** A visitor of an event stream goes away by itself; that the connection then ends is not the server's doing. */
function leaveLater({ shape, clock }: Exchange, over: AbortSignal, response: IncomingMessage): void {
  if (shape.leaveAfterMs === null) return
  clock.sleep(shape.leaveAfterMs, over).then(
    () => response.destroy(new Error(visitorLeft)),
    (error: unknown) => over.aborted || response.destroy(error instanceof Error ? error : new Error(String(error))),
  )
}

function releaseOf(visited: Visited, answered: Answered): string | null {
  if (visited.releaseOf !== undefined) return visited.releaseOf(answered)
  const header = answered.headers['x-release']
  return typeof header === 'string' ? header : null
}

function reasonOf(error: unknown): string {
  return codeOf(error) ?? messageOf(error)
}
