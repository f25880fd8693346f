import { join } from 'node:path'
import { apiClient, type Client } from '../../src/api/client.ts'
import { deskOf } from '../../src/app/backups/desk.ts'
import { readServerConfig } from '../../src/config/server.ts'
import type { ProjectSpec } from '../../src/domain/spec.ts'
import type { Parts } from '../../src/engine/parts.ts'
import { type Provider, Providers } from '../../src/http/accounts/providers.ts'
import { signedIn } from '../../src/http/accounts/sessions.ts'
import { apiHandlers } from '../../src/http/api.ts'
import { httpApp } from '../../src/http/app.ts'
import { gatekeeper } from '../../src/http/auth.ts'
import { bindRoutes } from '../../src/http/bind.ts'
import { readAssets } from '../../src/http/dashboard/assets.ts'
import { siteOf } from '../../src/http/dashboard/site.ts'
import { feed } from '../../src/http/feed.ts'
import { Newest } from '../../src/http/newest.ts'
import { OpenStreams } from '../../src/http/open-streams.ts'
import type { Backups, Itself } from '../../src/http/parts.ts'
import { httpServer } from '../../src/http/server.ts'
import { Viewers } from '../../src/http/viewers.ts'
import type { Log } from '../../src/lib/log.ts'
import { gitRepositories } from '../../src/sources/git/repository.ts'
import { smartHttp } from '../../src/sources/git/smart-http.ts'
import { gitSource } from '../../src/sources/git/source.ts'
import { systemClock } from '../../src/system/clock.ts'
import { type JobLogs, openJobLogs } from '../../src/system/job-logs.ts'
import { type EngineUnderTest, startEngine } from './engine.ts'
import { knownTokens, tokens } from './people.ts'
import { projectSpec } from './spec.ts'
import { tempDir } from './temp-dir.ts'

export interface TestApi extends AsyncDisposable {
  readonly url: string
  readonly it: EngineUnderTest
  readonly jobLogs: JobLogs
  readonly dir: string
  /** Everything it answers to. */
  readonly routes: readonly { readonly method: string; readonly path: string }[]
  readonly logged: { readonly level: string; readonly sentence: string; readonly fields: unknown }[]
  /** Speaks with the token of that name. */
  as(name: keyof typeof tokens): Client
  /** A request as anybody might send it. */
  send(method: string, path: string, options?: Sending): Promise<Response>
  stop(deadlineMs: number): Promise<void>
}

export interface Sending {
  readonly token?: string | null
  readonly body?: string | Uint8Array | ReadableStream<Uint8Array>
  readonly headers?: Readonly<Record<string, string>>
  readonly signal?: AbortSignal
}

/** A server that has nothing to tell of itself. */
const unshaken: Itself = {
  startedAt: 0,
  fullPlaces: async () => [],
  sizes: async () => ({ databaseBytes: 0, freeBytes: 1 }),
  checkup: async () => [],
  troubles: () => [],
}

/** Of a server that was given no folder for them. */
function noBackups(): Backups {
  const { config } = readServerConfig({ flags: {}, env: {}, cores: 1 })
  if (config === null) throw new Error('no such settings')
  const desk = deskOf(config, '1.2.3')
  const { signal } = new AbortController()
  return { seen: desk.seen, take: () => desk.take(signal), verify: (name) => desk.verify(name, signal) }
}

/** The whole API on a real server, over the engine with the model world; repositories that are added are real. */
export async function apiServer(
  given: {
    readonly spec?: ProjectSpec
    readonly parts?: Partial<Parts>
    readonly itself?: Partial<Itself>
    readonly baseUrl?: string
    readonly providers?: readonly Provider[]
  } = {},
): Promise<TestApi> {
  const dir = await tempDir()
  const it = await startEngine(given.spec ?? projectSpec(), given.parts)
  const { store, engine, queries } = it
  knownTokens(store)
  const reposDir = join(dir.path, 'repos')
  const jobLogs = openJobLogs({ directory: join(dir.path, 'logs'), clock: systemClock })
  const logged: TestApi['logged'] = []
  const log = recordingLog(logged)
  const repositories = gitRepositories({ reposDir })
  const git = smartHttp({
    ...{ reposDir, source: gitSource({ reposDir }), repositories, clock: systemClock, log },
    onPush: async () => ({ messages: [] }),
  })
  const stopping = new AbortController()
  const openStreams = new OpenStreams()
  const { now } = systemClock
  const known = signedIn(store, now)
  const keeper = gatekeeper(store, now, known)
  const newest = new Newest(store, systemClock)
  const baseUrl = given.baseUrl ?? 'http://signalbox.test'
  const handlers = apiHandlers({
    ...{ store, actions: engine.actions, queries, repositories, jobLogs, feed: feed(systemClock), newest },
    ...{ clock: systemClock, baseUrl, version: '1.2.3', openStreams, itself: { ...unshaken, ...given.itself } },
    backups: noBackups(),
  })
  const app = httpApp({
    ...{ git, gatekeeper: keeper, log, baseUrl, stopping: stopping.signal },
    site: siteOf({
      ...{ store, handlers, gatekeeper: keeper, viewers: new Viewers(known, baseUrl), assets: await readAssets() },
      ...{ newest, openStreams, providers: new Providers(given.providers ?? [], { baseUrl, now }) },
      ...{ clock: systemClock, now, log, baseUrl, stopping: stopping.signal },
    }),
    isProject: (name) => store.projects.get(name) !== null,
    api: (hono) =>
      bindRoutes(hono, handlers, {
        ...{ store, gatekeeper: keeper, openStreams, clock: systemClock, log },
        stopping: stopping.signal,
      }),
  })
  const server = await httpServer({ listen: { host: '127.0.0.1', port: 0 }, clock: systemClock, stopping })
  server.serve(app)
  const url = `http://127.0.0.1:${server.port}`
  const { signal } = new AbortController()
  return {
    ...{ url, it, jobLogs, logged, dir: dir.path },
    routes: app.routes.filter(({ method }) => method !== 'ALL').map(({ method, path }) => ({ method, path })),
    as: (name) => apiClient({ url, token: tokens[name], clock: systemClock, signal, limitMs: 10_000 }),
    send: (method, path, options) => send(url, { method, path }, options),
    stop: (deadlineMs) => server.stop(deadlineMs),
    async [Symbol.asyncDispose]() {
      await server.stop(100)
      await git[Symbol.asyncDispose]()
      await it[Symbol.asyncDispose]()
      await dir[Symbol.asyncDispose]()
    },
  }
}

async function send(
  url: string,
  { method, path }: { readonly method: string; readonly path: string },
  { token = tokens.admin, body, headers = {}, signal }: Sending = {},
): Promise<Response> {
  return fetch(`${url}${path}`, {
    method,
    ...(body === undefined ? {} : { body, duplex: 'half' }),
    ...(signal === undefined ? {} : { signal }),
    headers: {
      ...(token === null ? {} : { authorization: `Bearer ${token}` }),
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      ...headers,
    },
  } as RequestInit)
}

function recordingLog(into: TestApi['logged']): Log {
  const at = (level: string) => (sentence: string, fields?: unknown) => void into.push({ level, sentence, fields })
  return { debug: at('debug'), info: at('info'), warn: at('warn'), error: at('error') }
}
