import { createServer, type Server } from 'node:http'
import { createAdaptorServer } from '@hono/node-server'
import type { Hono } from 'hono'
import type { Clock } from '../lib/clock.ts'
import { Fault } from '../lib/fault.ts'
import { newId } from '../system/random.ts'
import { comeAgain } from './come-again.ts'
import type { Env } from './env.ts'
import { errorBody } from './respond.ts'

export interface HttpServerOptions {
  /** Port 0 takes any free one. */
  readonly listen: { readonly host: string; readonly port: number }
  readonly clock: Clock
  /** Aborted when the stop begins: streams end, new requests get 503. */
  readonly stopping: AbortController
}

export interface HttpServer {
  readonly port: number
  /** Its address as it stands behind nothing. */
  readonly url: string
  /** From now on this answers; whoever came before was told to come again. */
  serve(app: Hono<Env>): void
  /** No new connections; what is being answered may end until the deadline, then it is cut. */
  stop(deadlineMs: number): Promise<void>
}

const HEADERS_MS = 15_000
const KEEP_ALIVE_MS = 30_000
const MOST_HEADER_BYTES = 32 * 1024
/** A large push over a slow line; every other body has its own, much shorter limit. */
const LONGEST_REQUEST_MS = 60 * 60_000

/** Listens first, so that what is served can know its own address. Fault `server.address_taken`. */
export async function httpServer({ listen, clock, stopping }: HttpServerOptions): Promise<HttpServer> {
  let answer: Hono<Env>['fetch'] = notYet
  const server = createAdaptorServer({
    fetch: (request, env) => answer(request, env as Env['Bindings']),
    hostname: 'signalbox.invalid',
    overrideGlobalObjects: false,
    createServer,
    serverOptions: {
      headersTimeout: HEADERS_MS,
      requestTimeout: LONGEST_REQUEST_MS,
      keepAliveTimeout: KEEP_ALIVE_MS,
      maxHeaderSize: MOST_HEADER_BYTES,
      connectionsCheckingInterval: 5_000,
    },
  }) as Server
  await listening(server, listen)
  const address = server.address()
  const port = address !== null && typeof address === 'object' ? address.port : listen.port
  return {
    port,
    url: `http://${listen.host.includes(':') ? `[${listen.host}]` : listen.host}:${port}`,
    serve: (app) => {
      answer = app.fetch
    },
    stop: (deadlineMs) => stop(server, { clock, stopping, deadlineMs }),
  }
}

/** A page for browsers; else in the words of the API, so that whoever follows something comes again. */
async function notYet(request: Request): Promise<Response> {
  const fault = new Fault('server.starting')
  const page = await comeAgain(request, fault)
  if (page !== null) return page
  const body = errorBody(fault, newId('req'))
  return Response.json(body, { status: 503, headers: { 'retry-after': '1' } })
}

async function listening(server: Server, { host, port }: HttpServerOptions['listen']): Promise<void> {
  try {
    await new Promise<void>((resolve, reject) => server.once('error', reject).listen(port, host, resolve))
  } catch (error) {
    throw new Fault('server.address_taken', {
      details: { address: `${host}:${port}`, problem: codeOf(error) },
      cause: error,
    })
  }
  server.removeAllListeners('error')
}

function codeOf(error: unknown): string {
  if (!(error instanceof Error) || !('code' in error)) return 'it cannot be listened on'
  return error.code === 'EADDRINUSE' ? 'another program listens there' : String(error.code)
}

async function stop(
  server: Server,
  { clock, stopping, deadlineMs }: Pick<HttpServerOptions, 'clock' | 'stopping'> & { readonly deadlineMs: number },
): Promise<void> {
  stopping.abort(new Fault('server.stopping'))
  const over = new AbortController()
  const closed = new Promise<void>((resolve) => server.close(() => resolve())).finally(() => over.abort())
  const end = clock.monotonic() + deadlineMs
  while (!over.signal.aborted) {
    if (clock.monotonic() >= end) server.closeAllConnections()
    // One that has had its answer only now is kept by the client for a question that would be sent away.
    else server.closeIdleConnections()
    await clock.sleep(LOOK_MS, over.signal).catch(() => {}) // All is closed.
  }
  await closed
}

const LOOK_MS = 25
