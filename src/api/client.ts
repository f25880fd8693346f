import { backoffMs } from '../lib/backoff.ts'
import type { Clock } from '../lib/clock.ts'
import { Fault, messageOf } from '../lib/fault.ts'
import type { Answer, Question, Route } from './route.ts'
import { apiPrefix } from './route.ts'
import { type RouteName, type Routes, routes } from './routes.ts'
import { said } from './said.ts'
import { decodeEvents, type StreamEvent } from './sse.ts'

export interface ClientOptions {
  /** Without a slash at the end. */
  readonly url: string
  readonly token: string | null
  readonly clock: Clock
  /** Whoever waits goes away. */
  readonly signal: AbortSignal
  /** For one question; default 30 s. A stream may be silent for as long. */
  readonly limitMs?: number
}

export interface Client {
  /** Faults as the server tells them; `server.unreachable`, `server.no_answer` and `server.not_ours` for what stands in between. */
  call<N extends JsonRoutes>(name: N, ...question: Words<Routes[N]>): Promise<Answer<Routes[N]>>
  /** Events until the stream's own end; goes on by itself after a break, without a gap or a repetition where the route has ids. */
  follow<N extends EventRoutes>(name: N, ...question: Words<Routes[N]>): AsyncGenerator<Answer<Routes[N]>>
}

type OfKind<K extends Route['kind']> = {
  [N in RouteName]: Routes[N] extends { readonly kind: K } ? N : never
}[RouteName]
export type JsonRoutes = OfKind<'json'>
export type EventRoutes = OfKind<'events'>

/** Nothing has to be said where nothing can be. */
type Words<R extends Route> =
  Record<never, never> extends Question<R> ? [question?: Question<R>] : [question: Question<R>]

interface AnyQuestion {
  readonly params?: Readonly<Record<string, unknown>>
  readonly query?: Readonly<Record<string, unknown>>
  readonly body?: unknown
}

const LIMIT_MS = 30_000
const MOST_TRIES = 6

export function apiClient(options: ClientOptions): Client {
  return {
    call: async (name, ...[question]) =>
      parsed(routes[name], await ask(options, routes[name], question ?? {}), options),
    follow: (name, ...[question]) => follow(options, routes[name], question ?? {}),
  }
}

async function ask(options: ClientOptions, route: Route, question: AnyQuestion): Promise<unknown> {
  const limitMs = route.limitMs ?? options.limitMs ?? LIMIT_MS
  return limited({ ...options, limitMs }, async (signal) => {
    const response = await send(options, route, { question, signal, headers: {} })
    return bodyOf(response, options)
  })
}

/** Reading also counts: an answer that stops in the middle must not hold anybody. */
async function limited<T>(options: ClientOptions, work: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const { clock, signal, limitMs = LIMIT_MS, url } = options
  const late = new AbortController()
  const over = new AbortController()
  const limit = clock.sleep(limitMs, over.signal).then(
    () => late.abort(new Fault('server.no_answer', { details: { url, limitMs } })),
    () => undefined, // The answer was there first.
  )
  try {
    return await work(AbortSignal.any([signal, late.signal]))
  } catch (error) {
    signal.throwIfAborted()
    late.signal.throwIfAborted()
    throw error
  } finally {
    over.abort()
    await limit
  }
}

interface Sending {
  readonly question: AnyQuestion
  readonly signal: AbortSignal
  readonly headers: Readonly<Record<string, string>>
}

async function send(options: ClientOptions, route: Route, { question, signal, headers }: Sending): Promise<Response> {
  const { url, token } = options
  try {
    return await fetch(`${url}${addressOf(route, question)}`, {
      method: route.method,
      signal,
      redirect: 'error',
      headers: {
        ...headers,
        accept: route.kind === 'json' ? 'application/json' : 'text/event-stream',
        ...(token === null ? {} : { authorization: `Bearer ${token}` }),
        ...(question.body === undefined ? {} : { 'content-type': 'application/json' }),
      },
      ...(question.body === undefined ? {} : { body: JSON.stringify(question.body) }),
    })
  } catch (error) {
    signal.throwIfAborted()
    throw unreachable(options, error)
  }
}

function addressOf(route: Route, { params = {}, query = {} }: AnyQuestion): string {
  const path = route.path.replace(/:(\w+)/g, (_, name: string) => encodeURIComponent(String(params[name])))
  const given = Object.entries(query).filter(([, value]) => value !== undefined)
  const search = new URLSearchParams(given.map(([key, value]) => [key, String(value)]))
  return `${apiPrefix}${path}${search.size === 0 ? '' : `?${search}`}`
}

function unreachable({ url }: ClientOptions, error: unknown): Fault {
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error
  return new Fault('server.unreachable', {
    details: { url, problem: messageOf(cause) || 'no connection' },
    cause: error,
  })
}

async function bodyOf(response: Response, options: ClientOptions): Promise<unknown> {
  const text = await response.text()
  const body = jsonIn(text)
  if (response.ok && body !== undefined) return body
  throw response.ok ? notOurs(options, response.status) : said(body, () => notOurs(options, response.status))
}

function jsonIn(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined // Whoever asked decides what that means.
  }
}

function notOurs({ url }: ClientOptions, status: number): Fault {
  return new Fault('server.not_ours', { details: { url, status } })
}

function parsed<R extends Route>(route: R, body: unknown, { url }: ClientOptions): Answer<R> {
  const result = route.answer.safeParse(body)
  if (result.success) return result.data as Answer<R>
  throw new Fault('server.other_version', {
    details: { url, problem: result.error.issues[0]?.message ?? '' },
    cause: result.error,
  })
}

async function* follow<R extends Route>(
  options: ClientOptions,
  route: R,
  question: AnyQuestion,
): AsyncGenerator<Answer<R>> {
  let lastId: string | null = null
  for (let tries = 0; ; tries += 1) {
    try {
      for await (const event of events(options, route, { question, lastId })) {
        if (event.name === 'end') return
        if (event.name === 'error') throw said(jsonIn(event.data), () => notOurs(options, 200))
        lastId = event.id ?? lastId
        tries = 0
        yield parsed(route, jsonIn(event.data), options)
      }
    } catch (error) {
      const isWorthIt = error instanceof Fault && error.temporary && lastId !== null && tries < MOST_TRIES
      if (!isWorthIt) throw error
    }
    if (lastId === null || tries >= MOST_TRIES) throw unreachable(options, new Error('the stream broke off'))
    await options.clock.sleep(backoffMs(tries + 1, { firstMs: 200, mostMs: 5_000 }, 0), options.signal)
  }
}

async function* events(
  options: ClientOptions,
  route: Route,
  { question, lastId }: { readonly question: AnyQuestion; readonly lastId: string | null },
): AsyncGenerator<StreamEvent> {
  const over = new AbortController()
  const signal = AbortSignal.any([options.signal, over.signal])
  const headers: Record<string, string> = lastId === null ? {} : { 'last-event-id': lastId }
  try {
    const response = await limited(options, (limit) =>
      send(options, route, { question, headers, signal: AbortSignal.any([limit, signal]) }),
    )
    if (!response.ok || response.body === null) await bodyOf(response, options)
    else yield* decodeEvents(awake(response.body, options))
  } catch (error) {
    options.signal.throwIfAborted()
    throw error instanceof Fault ? error : unreachable(options, error)
  } finally {
    over.abort()
  }
}

/** The server sends something every few seconds; when it does not, the connection is dead. */
async function* awake(body: AsyncIterable<Uint8Array>, options: ClientOptions): AsyncGenerator<Uint8Array> {
  const iterator = body[Symbol.asyncIterator]()
  for (;;) {
    const next = await limited(options, (signal) => Promise.race([iterator.next(), abortOf(signal)]))
    if (next.done === true) return
    yield next.value
  }
}

function abortOf(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason), { once: true }))
}
