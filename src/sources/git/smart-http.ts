import type { Clock } from '../../lib/clock.ts'
import { Fault } from '../../lib/fault.ts'
import type { Log } from '../../lib/log.ts'
import type { BeforePush, GitAnswer, GitRequest, GitServer, OnPush, Repositories, Source } from '../source.ts'
import { type BackendAnswer, callBackend } from './backend.ts'
import { bodyOf, watched } from './body.ts'
import { ByteReader } from './byte-reader.ts'
import type { GitOptions } from './git.ts'
import { type PushDone, performPush } from './push.ts'
import { refusal } from './push-answer.ts'
import { type PushHead, type Refusal, readPushHead, refusalsIn } from './push-head.ts'
import { type Slots, slots } from './slots.ts'

export interface SmartHttpOptions extends GitOptions {
  readonly source: Pick<Source, 'isAncestor'>
  readonly repositories: Pick<Repositories, 'keep' | 'collect'>
  readonly beforePush?: BeforePush
  readonly onPush: OnPush
  readonly clock: Clock
  readonly log: Log
  readonly limits?: Partial<SmartHttpLimits>
}

export interface SmartHttpLimits {
  /** How long one exchange with git may take. */
  readonly exchangeMs: number
  /** How long a client may send nothing. */
  readonly idleMs: number
  /** How long a push waits for the one before it, and how many may wait. */
  readonly pushWaitMs: number
  readonly pushesWaiting: number
  readonly fetches: number
  readonly pushBytes: number
}

const usual: SmartHttpLimits = {
  exchangeMs: 30 * 60_000,
  idleMs: 60_000,
  pushWaitMs: 5 * 60_000,
  pushesWaiting: 16,
  fetches: 8,
  pushBytes: 2 * 1024 ** 3,
}

/** What a fetch asks for is a list of names; git itself refuses more than this. */
const MOST_FETCH_BYTES = 10 * 1024 * 1024

interface Server extends SmartHttpOptions {
  readonly stop: AbortController
  readonly most: SmartHttpLimits
  readonly pushes: Slots
  readonly fetches: Slots
  readonly tasks: Set<Promise<unknown>>
}

/** Serves the repositories to git programs by `git http-backend`; closing it ends what is under way. */
export function smartHttp(options: SmartHttpOptions): GitServer {
  const most = { ...usual, ...options.limits }
  const { clock } = options
  const server: Server = {
    ...options,
    most,
    stop: new AbortController(),
    pushes: slots({ width: 1, most: most.pushesWaiting, waitMs: most.pushWaitMs, clock }),
    fetches: slots({ width: most.fetches, most: 8 * most.fetches, waitMs: 60_000, clock }),
    tasks: new Set(),
  }
  return {
    serve: (request) => serve(server, request),
    [Symbol.asyncDispose]: async () => {
      server.stop.abort(new Fault('server.stopping'))
      while (server.tasks.size > 0) await Promise.allSettled(server.tasks)
    },
  }
}

async function serve(server: Server, request: GitRequest): Promise<GitAnswer> {
  server.stop.signal.throwIfAborted()
  if (request.kind === 'call' && request.service === 'git-receive-pack') return push(server, request)
  const leave = await server.fetches.take('fetch', AbortSignal.any([request.signal, server.stop.signal]))
  const body = request.kind === 'call' ? arriving(server, request, MOST_FETCH_BYTES) : null
  return pass(server, request, { body, leave })
}

interface Passing {
  readonly body: AsyncIterable<Uint8Array> | null
  readonly leave: () => void
}

/** Git's answer as it is. A client that goes away ends it. */
async function pass(server: Server, request: GitRequest, { body, leave }: Passing): Promise<GitAnswer> {
  const signal = AbortSignal.any([request.signal, server.stop.signal])
  try {
    const answer = await backend(server, request, { body, signal })
    track(server, request, answer.ended.finally(leave))
    return answer
  } catch (error) {
    leave()
    throw error
  }
}

async function push(server: Server, request: GitRequest): Promise<GitAnswer> {
  const reader = new ByteReader(arriving(server, request, server.most.pushBytes))
  const head = await readPushHead(reader)
  // Git asks with an empty push whether it may, before it sends a large one.
  if (head.commands.length === 0) return pass(server, request, { body: reader.restAfter(head.bytes), leave: () => {} })
  const refusals = refusalsIn(head.commands, request.mayPush)
  if (refusals.length > 0) return refuse(reader, head, refusals)
  const next = await server.pushes.take(request.project, AbortSignal.any([request.signal, server.stop.signal]))
  const over = server.beforePush?.(request.project)
  const leave = () => {
    over?.()
    next()
  }
  try {
    return await perform(server, request, { head, reader, leave })
  } catch (error) {
    leave()
    throw error
  }
}

interface Performing {
  readonly head: PushHead
  readonly reader: ByteReader
  readonly leave: () => void
}

/** From here on the push goes its way whether or not the client stays; the project's turn lasts until it is recorded. */
async function perform(server: Server, request: GitRequest, { head, reader, leave }: Performing): Promise<GitAnswer> {
  const { project, by } = request
  const { body, problem } = watched(reader.restAfter(head.bytes))
  const answer = await backend(server, request, { body, signal: server.stop.signal })
  const { readable, writable } = new TransformStream<Uint8Array, Uint8Array>(undefined, undefined, {
    highWaterMark: 64,
  })
  const done = performPush({ ...server, project, by, head, answer, writable, bodyProblem: problem }).finally(leave)
  track(server, request, done)
  track(
    server,
    request,
    done.then((end) => tidy(server, project, end)),
  )
  return { status: answer.status, headers: answer.headers, body: readable }
}

async function refuse(reader: ByteReader, head: PushHead, refusals: readonly Refusal[]): Promise<GitAnswer> {
  await reader.skip()
  const report = refusal(head, refusals)
  if (report === null)
    throw new Fault('push.refused', { details: { problem: refusals.map(({ reason }) => reason).join('; ') } })
  const headers = { 'content-type': 'application/x-git-receive-pack-result', 'cache-control': 'no-cache' }
  return { status: 200, headers, body: ReadableStream.from([report]) }
}

function arriving(server: Server, request: GitRequest, mostBytes: number): AsyncIterable<Uint8Array> {
  const { clock, most } = server
  const signal = AbortSignal.any([request.signal, server.stop.signal])
  return bodyOf(request.body ?? ReadableStream.from([]), request.encoding, {
    mostBytes,
    idleMs: most.idleMs,
    clock,
    signal,
  })
}

function backend(
  { reposDir, env = {}, most, clock }: Server,
  request: GitRequest,
  call: { readonly body: AsyncIterable<Uint8Array> | null; readonly signal: AbortSignal },
): Promise<BackendAnswer> {
  const { project, service, kind, protocol, by } = request
  return callBackend({
    reposDir,
    env,
    project,
    service,
    kind,
    protocol,
    by,
    ...call,
    clock,
    limitMs: most.exchangeMs,
    idleMs: most.idleMs,
  })
}

async function tidy({ repositories, stop }: Server, project: string, { isGood }: PushDone): Promise<void> {
  if (isGood) await repositories.collect(project, stop.signal)
}

/** Whatever becomes of it is told in the log; the client has its own answer. */
function track({ tasks, log, stop }: Server, { project, service, signal }: GitRequest, work: Promise<unknown>): void {
  const watched = work.catch((error: unknown) => {
    if (!signal.aborted && !stop.signal.aborted) log.warn('git request ended badly', { project, service, error })
  })
  tasks.add(watched)
  void watched.finally(() => tasks.delete(watched))
}
