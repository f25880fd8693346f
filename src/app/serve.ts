import { rm } from 'node:fs/promises'
import type { ServerConfig } from '../config/server.ts'
import { Engine } from '../engine/engine.ts'
import { Queries } from '../engine/queries.ts'
import { addAccount } from '../http/accounts/accounts.ts'
import { invite, type Link } from '../http/accounts/invitations.ts'
import { type Provider, Providers } from '../http/accounts/providers.ts'
import { signedIn } from '../http/accounts/sessions.ts'
import { createToken, newTokenValue } from '../http/accounts/tokens.ts'
import { apiHandlers } from '../http/api.ts'
import { httpApp } from '../http/app.ts'
import { gatekeeper } from '../http/auth.ts'
import { bindRoutes } from '../http/bind.ts'
import { type Assets, readAssets } from '../http/dashboard/assets.ts'
import { siteOf } from '../http/dashboard/site.ts'
import { feed } from '../http/feed.ts'
import { Newest } from '../http/newest.ts'
import { OpenStreams } from '../http/open-streams.ts'
import { type HttpServer, httpServer } from '../http/server.ts'
import { Viewers } from '../http/viewers.ts'
import { Fault } from '../lib/fault.ts'
import { type RememberingLog, rememberingLog } from '../lib/remembering-log.ts'
import { assertGit, gitRepositories } from '../sources/git/repository.ts'
import { smartHttp } from '../sources/git/smart-http.ts'
import { openDatabase } from '../store/database.ts'
import { type Store, storeOver } from '../store/store.ts'
import { systemClock } from '../system/clock.ts'
import { isDiskFull, writeFileAtomic } from '../system/files.ts'
import { createLog } from '../system/log.ts'
import { deskOf } from './backups/desk.ts'
import { BackupKeeper } from './backups/keeper.ts'
import { endBrokenOff } from './backups/swap.ts'
import { type DataDirectory, holdDataDirectory } from './data-directory.ts'
import { type Assembled, engineParts } from './engine-parts.ts'
import { gitEnvironment } from './environment.ts'
import { itself } from './itself.ts'
import { providersIn } from './providers.ts'
import { onPush } from './push.ts'
import { neededMiB } from './space.ts'

/** From the order to stop until what is still under way is cut. */
const stopDeadlineMs = 10_000

export interface Serving {
  readonly url: string
  /** Where visitors come in, `HOST:PORT`. */
  readonly edge: string
  readonly pid: number
  readonly tokenFile: string
  /** True when this start made the data directory's first account. */
  readonly first: boolean
  /** With which the first account gets a password, in a browser; told once, and kept nowhere. */
  readonly link: string | null
}

/** Runs a server until the signal is aborted; what it has deployed goes on without it. `announce` hears when it can be reached. */
export async function serve(
  config: ServerConfig,
  signal: AbortSignal,
  announce: (serving: Serving) => void,
): Promise<void> {
  let isUp = false
  const up = (serving: Serving) => {
    isUp = true
    announce(serving)
  }
  try {
    await hold(config, signal, up)
  } catch (error) {
    throw isUp ? error : startFault(error)
  }
}

async function hold(config: ServerConfig, signal: AbortSignal, announce: Run['announce']): Promise<void> {
  const log = rememberingLog(createLog(), systemClock.now)
  await assertGit({ env: gitEnvironment() })
  using data = await holdDataDirectory(config.dataDirectory)
  const brokenOff = await endBrokenOff(data)
  if (brokenOff !== null) log.warn('carried a restore to its end that was broken off', { backup: brokenOff.backup })
  const store = storeOver(openDatabase(data.database))
  try {
    await run({ config, data, store, log, signal, announce })
  } finally {
    store.db.close()
  }
}

/** Nobody goes on when there is space again, as a server that runs does: somebody has to start it. */
function startFault(error: unknown): unknown {
  if (!isDiskFull(error)) return error
  return new Fault('server.no_space', { details: { path: error.details.path, neededMiB }, cause: error })
}

interface Run {
  readonly config: ServerConfig
  readonly data: DataDirectory
  readonly store: Store
  readonly log: RememberingLog
  readonly signal: AbortSignal
  readonly announce: (serving: Serving) => void
}

async function run(given: Run): Promise<void> {
  const stopping = new AbortController()
  // Before anything is taken up: when the address is taken, nothing has happened.
  const http = await httpServer({ listen: given.config.listen, clock: systemClock, stopping })
  try {
    await work({ ...given, http, stopping: stopping.signal })
  } finally {
    await http.stop(stopDeadlineMs)
  }
}

interface Work extends Run {
  readonly http: HttpServer
  readonly stopping: AbortSignal
}

async function work(given: Work): Promise<void> {
  const { config, data, store, log, signal, announce, http } = given
  const fatal = new AbortController()
  const url = config.publicUrl ?? http.url
  // Before a host is started, which would stay: with a file that is not right, nothing has happened.
  const providers = await providersIn(config.providersFile)
  const assembled = await engineParts({ data, store, config, log, baseUrl: url, signal })
  const engine = new Engine(assembled.parts, (error) => {
    log.error('going on would be guessing, stopping', { error })
    fatal.abort(error)
  })
  const desk = deskOf(config, assembled.version)
  const backups = new BackupKeeper({ desk, store, log, now: () => assembled.parts.time.now(), signal: given.stopping })
  const { app, remote } = answering({
    ...given,
    engine,
    assembled,
    baseUrl: url,
    providers,
    backups,
    assets: await readAssets(),
  })
  await using ending = new AsyncDisposableStack()
  ending.use(remote)
  // After the order to stop, which ends what is under way.
  ending.defer(() => backups.ended())
  ending.defer(async () => {
    log.info('server is stopping')
    await rm(data.running, { force: true })
    await Promise.all([http.stop(stopDeadlineMs), withinDeadline(engine.stop())])
  })
  const first = await firstAccount(data, store, assembled.parts.time.now())
  await engine.start()
  http.serve(app)
  const edge = await assembled.local.address(signal)
  const keeping = new AbortController()
  const kept = assembled.local.keepUp(keeping.signal)
  ending.defer(async () => {
    keeping.abort()
    await kept
  })
  backups.begin()
  const serving = { url, edge, pid: process.pid, tokenFile: data.adminToken, first: first !== null }
  await writeFileAtomic(data.running, `${JSON.stringify(serving)}\n`)
  announce({ ...serving, link: first === null ? null : `${url}${first.path}` })
  log.info('server is up', { url, edge })
  await untilAborted(AbortSignal.any([signal, fatal.signal]))
  await ending.disposeAsync()
  fatal.signal.throwIfAborted()
}

/** The first start makes an admin: with a token in a file only its owner can read, and a link for a password. */
async function firstAccount(data: DataDirectory, store: Store, at: number): Promise<Link | null> {
  if (store.tokens.list().length > 0) return null
  // A file without its row is written anew by the next start; a row without its file nobody could use.
  const value = newTokenValue()
  await writeFileAtomic(data.adminToken, `${value}\n`, { mode: 0o600 })
  return store.db.transaction(() => {
    const doing = { by: 'signalbox', at }
    const admin = { role: 'admin', project: null, environment: null }
    addAccount(store, { name: 'admin', kind: 'person', email: null, grants: [admin] }, doing)
    createToken(store, { name: 'admin', account: 'admin', scope: 'admin', forMs: null }, doing, value)
    return invite(store, 'admin', doing)
  })
}

interface Answering extends Work {
  readonly engine: Engine
  readonly assembled: Assembled
  readonly baseUrl: string
  readonly providers: readonly Provider[]
  readonly backups: BackupKeeper
  readonly assets: Assets
}

/** What the server says to whoever asks: the API, and git. */
function answering(given: Answering) {
  const { data, store, log, engine, assembled, baseUrl, assets, stopping } = given
  const openStreams = new OpenStreams()
  const { parts, jobLogs } = assembled
  const git = { reposDir: data.repositories, env: gitEnvironment() }
  const repositories = gitRepositories(git)
  const remote = smartHttp({
    ...git,
    source: parts.source,
    repositories,
    beforePush: (project) => engine.actions.expectPush(project),
    onPush: onPush({ actions: engine.actions, store, publicUrl: baseUrl, now: () => parts.time.now() }),
    clock: systemClock,
    log,
  })
  const now = () => parts.time.now()
  const known = signedIn(store, now)
  const keeper = gatekeeper(store, now, known)
  const newest = new Newest(store, systemClock)
  const queries = new Queries(parts)
  const handlers = apiHandlers({
    ...{ store, actions: engine.actions, queries, repositories, jobLogs, feed: feed(systemClock), newest },
    ...{ clock: systemClock, baseUrl, version: assembled.version, itself: itself(given), openStreams },
    backups: given.backups,
  })
  const app = httpApp({
    ...{ git: remote, gatekeeper: keeper, log, baseUrl, stopping },
    site: siteOf({
      ...{ store, handlers, gatekeeper: keeper, viewers: new Viewers(known, baseUrl), assets, openStreams },
      ...{ newest, providers: new Providers(given.providers, { baseUrl, now }) },
      ...{ clock: systemClock, now, log, baseUrl, stopping },
    }),
    isProject: (name) => store.projects.get(name) !== null,
    api: (hono) =>
      bindRoutes(hono, handlers, { store, gatekeeper: keeper, openStreams, clock: systemClock, log, stopping }),
  })
  return { app, remote }
}

async function untilAborted(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return
  await new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }))
}

/** What has not let go by then is taken up by the next start, as after a crash. */
async function withinDeadline(work: Promise<void>): Promise<void> {
  const over = new AbortController()
  const deadline = async () => {
    await systemClock.sleep(stopDeadlineMs, over.signal).catch(() => {}) // the work was faster
  }
  await Promise.race([work, deadline()])
  over.abort(new Error('done'))
}
