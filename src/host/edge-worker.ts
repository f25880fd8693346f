import { join } from 'node:path'
import { EdgeClient } from '../edge/client.ts'
import type { Hello, Route, Verb, Verbs } from '../edge/protocol.ts'
import type { Bell } from '../lib/bell.ts'
import { canonicalJson } from '../lib/canonical.ts'
import type { Clock } from '../lib/clock.ts'
import { Fault, messageOf } from '../lib/fault.ts'
import type { Log } from '../lib/log.ts'
import type { SharedSocket } from '../system/ports.ts'
import { endProcesses, findByMarks, type ProcessInfo, send } from '../system/proc.ts'
import { lastLines } from '../system/tail.ts'
import { adoptMain, type MainProcess, startMain } from './main-process.ts'
import { edgeMarks } from './marks.ts'
import { late, unlessAborted, within } from './waiting.ts'

export interface EdgeWorkerParts {
  readonly id: string
  /** Its socket, state and log are in there. */
  readonly folder: string
  /** Program and first words. */
  readonly command: readonly string[]
  /** Environment variables for it. */
  readonly env: Readonly<Record<string, string>>
  /** `HOST:PORT`, shared by all workers of the machine. */
  readonly listen: string
  /** Bound there. It listens on this one, with the others, so that who waits in the queue outlives it. */
  readonly socket: SharedSocket
  readonly hostId: string
  readonly clock: Clock
  readonly log: Log
  /** Aborted when the host ends; the worker goes on. */
  readonly signal: AbortSignal
  /** What it has to have in force, by track. */
  readonly wanted: ReadonlyMap<string, Route>
  /** Rung when `wanted` or the worker changed. */
  readonly bell: Bell
}

/** A conversation with one living worker process. */
export interface EdgeSession {
  readonly client: EdgeClient
  readonly hello: Hello
  readonly main: MainProcess
}

const CONNECT_MS = 1000
const ANSWER_MS = 10_000
const LOOK_MS = 2000
const START_MS = 10_000
const ASK_AGAIN_MS = 1000
/** For the visitors of a worker that makes way. */
const REPLACE_MS = 10_000

/** Keeps one edge worker running and its routes as they should be. A living one of an earlier host is taken over. */
export class EdgeWorker {
  readonly #parts: EdgeWorkerParts
  #session: EdgeSession | null = null
  /** Routes in force, as canonical text, and those the worker refused. */
  #applied = new Map<string, string>()
  #refused = new Map<string, { readonly text: string; readonly fault: Fault }>()
  #problem = 'it is being started'
  #isLeaving = false

  constructor(parts: EdgeWorkerParts) {
    this.#parts = parts
  }

  get id(): string {
    return this.#parts.id
  }

  get session(): EdgeSession | null {
    return this.#session
  }

  /** Why there is no session. */
  get problem(): string {
    return this.#problem
  }

  /** Whether the wanted route of this track is in force; the Fault when the worker refused it. */
  standing(track: string): 'in force' | 'not yet' | Fault {
    if (this.#session === null) return 'not yet'
    const route = this.#parts.wanted.get(track)
    const text = route === undefined ? undefined : canonicalJson(route)
    if (this.#applied.get(track) === text) return 'in force'
    const refused = this.#refused.get(track)
    return refused !== undefined && refused.text === text ? refused.fault : 'not yet'
  }

  /** Until the host ends. */
  async run(): Promise<void> {
    const { signal, clock, log, bell } = this.#parts
    for (let failures = 0; !signal.aborted && !this.#isLeaving; ) {
      let beganMs = clock.monotonic()
      try {
        // At once, as visitors are waiting; less often only when it keeps dying.
        if (failures > 1) await clock.sleep(Math.min(50 * failures, 1000), signal)
        beganMs = clock.monotonic()
        this.#session = (await this.#adopt(null)) ?? (await this.#start())
        log.info('edge worker there', { edge: this.id, worker: this.#session.hello.pid })
        await this.#attend(this.#session)
      } catch (error) {
        if (signal.aborted || this.#isLeaving) return
        this.#problem = messageOf(error)
        log.warn('edge worker lost', { edge: this.id, problem: this.#problem, error })
      } finally {
        this.#session?.client[Symbol.dispose]()
        this.#session = null
        this.#applied = new Map()
        this.#refused = new Map()
        bell.ring()
      }
      failures = clock.monotonic() - beganMs > 5000 ? 0 : failures + 1
    }
  }

  /** The wanted route of this track is asked for anew: what was refused before may be possible now. */
  askAgain(track: string): void {
    this.#refused.delete(track)
  }

  async call<V extends Verb>(verb: V, params: Verbs[V]['params'], signal: AbortSignal): Promise<Verbs[V]['result']> {
    if (this.#session !== null) return this.#session.client.call(verb, params, signal)
    throw new Fault('edge.unreachable', { details: { socket: this.#path('sock'), problem: this.#problem } })
  }

  /** Ends it: no new visitors, what is in flight is finished within the limit. It is not started again. */
  async stop(limitMs: number, signal: AbortSignal): Promise<void> {
    this.#isLeaving = true
    if (this.#session === null) return
    const { client, main } = this.#session
    await client.call('stop', { limitMs }, signal)
    await unlessAborted(main.ended, signal)
  }

  /** Everything a worker of ours may have left running. */
  async processes(): Promise<readonly ProcessInfo[]> {
    return findByMarks(edgeMarks(this.#parts.hostId, this.id))
  }

  #path(kind: 'sock' | 'state.json' | 'log'): string {
    return join(this.#parts.folder, `${this.id}.${kind}`)
  }

  /** Ends a worker that an earlier host had and we do not want. */
  async dismiss(): Promise<void> {
    const session = await this.#meet(null)
    if (session !== null) await this.#replace(session)
    await this.endAll()
  }

  /** The living worker at the socket, as long as it is as we want it. */
  async #adopt(own: MainProcess | null): Promise<EdgeSession | null> {
    const session = await this.#meet(own)
    return session === null || this.#isFit(session.hello) ? session : this.#replace(session)
  }

  /** Null when there is none, or none that answers. */
  async #meet(own: MainProcess | null): Promise<EdgeSession | null> {
    const { clock, signal } = this.#parts
    let client: EdgeClient
    try {
      client = await EdgeClient.connect({ socketPath: this.#path('sock'), clock, connectMs: CONNECT_MS }, signal)
    } catch (error) {
      if (error instanceof Fault && error.code === 'edge.unreachable') return null
      throw error
    }
    const hello = await within({ clock, limitMs: ANSWER_MS, signal }, (inner) => client.call('hello', {}, inner))
    if (hello === late) {
      client[Symbol.dispose]()
      await this.endAll()
      return null
    }
    return { client, hello, main: own ?? adoptMain(hello, clock, signal) }
  }

  #isFit({ listen, isStopping }: Hello): boolean {
    const at = listen.host.includes(':') ? `[${listen.host}]:${listen.port}` : `${listen.host}:${listen.port}`
    return at === this.#parts.listen && !isStopping
  }

  /** One that listens elsewhere, or is ending, makes way for its successor. */
  async #replace({ client, hello, main }: EdgeSession): Promise<null> {
    this.#parts.log.info('edge worker makes way', { edge: this.id, worker: hello.pid, listen: hello.listen })
    using _ = client
    await client.call('stop', { limitMs: REPLACE_MS }, this.#parts.signal)
    await unlessAborted(main.ended, this.#parts.signal)
    return null
  }

  async #start(): Promise<EdgeSession> {
    const { clock, log, signal, command, listen, socket, folder, hostId } = this.#parts
    // One that an earlier host started just before it died may still be on its way to its socket.
    if ((await this.processes()).length > 0) return this.#answering(null)
    const words = [
      '--id',
      this.id,
      '--socket',
      this.#path('sock'),
      '--state',
      this.#path('state.json'),
      '--listen',
      listen,
      '--listen-fd',
      '3',
    ]
    const output = this.#path('log')
    const env = { ...this.#parts.env, ...edgeMarks(hostId, this.id) }
    const argv = [...command, ...words]
    const main = await startMain({
      ...{ argv, env, clock },
      ...{ cwd: folder, out: output, err: output, inherit: socket.fd },
    })
    log.info('edge worker started', { edge: this.id, worker: main.pid })
    signal.throwIfAborted()
    return this.#answering(main)
  }

  async #answering(main: MainProcess | null): Promise<EdgeSession> {
    const { clock, signal } = this.#parts
    const found = await within({ clock, limitMs: START_MS, signal }, async (inner) => {
      const died = main === null ? new Promise<never>(() => {}) : main.ended.then((how) => this.#died(how))
      void Promise.allSettled([died])
      for (;;) {
        const session = await Promise.race([this.#adopt(main), died])
        if (session !== null) return session
        await clock.sleep(5, inner)
      }
    })
    if (found !== late) return found
    await this.endAll()
    throw this.#lost(`it did not answer within ${START_MS} ms`)
  }

  async #died(how: string): Promise<never> {
    throw this.#lost(`it ended with ${how}: ${(await lastLines(this.#path('log'), 3)).join(' | ')}`)
  }

  async #attend(session: EdgeSession): Promise<void> {
    const over = new AbortController()
    const signal = AbortSignal.any([over.signal, this.#parts.signal])
    const work = [this.#sync(session, signal), this.#lookAfter(session, signal)]
    void Promise.allSettled(work)
    try {
      await Promise.race([unlessAborted(session.main.ended, signal).then((how) => this.#died(how)), ...work])
    } finally {
      over.abort(new Error('the worker is gone'))
    }
  }

  /** Brings the worker's routes to what is wanted, again after each change. */
  async #sync({ client }: EdgeSession, signal: AbortSignal): Promise<never> {
    const { wanted, bell, clock } = this.#parts
    const routes = await client.call('routes', {}, signal)
    this.#applied = new Map(routes.map((route) => [route.track, canonicalJson(route)]))
    for (;;) {
      for (const track of [...this.#applied.keys()].filter((one) => !wanted.has(one))) {
        await client.call('unroute', { track }, signal)
        this.#applied.delete(track)
      }
      for (const track of this.#behind()) await this.#apply(track, client, signal)
      // A host name may have moved from one track to another, and been asked for before it was free.
      for (const track of this.#behind()) await this.#apply(track, client, signal)
      bell.ring()
      // A worker may refuse for a reason that passes, such as a full disk: then it is asked again after a while.
      const limitMs = this.#refused.size > 0 ? ASK_AGAIN_MS : Number.POSITIVE_INFINITY
      const limit = { clock, limitMs, signal }
      await within(limit, (inner) => bell.until(() => (this.#isBehind() ? true : undefined), inner))
    }
  }

  #behind(): readonly string[] {
    return [...this.#parts.wanted.keys()].filter((track) => this.standing(track) !== 'in force')
  }

  /** A refused route is not asked for again at once. */
  #isBehind(): boolean {
    const isKnown = [...this.#applied.keys()].every((track) => this.#parts.wanted.has(track))
    return !isKnown || [...this.#parts.wanted.keys()].some((track) => this.standing(track) === 'not yet')
  }

  async #apply(track: string, client: EdgeClient, signal: AbortSignal): Promise<void> {
    const route = this.#parts.wanted.get(track)
    if (route === undefined) return
    const text = canonicalJson(route)
    try {
      await client.call('route', route, signal)
      this.#applied.set(track, text)
      this.#refused.delete(track)
    } catch (error) {
      if (!(error instanceof Fault) || error.code === 'edge.unreachable') throw error
      this.#refused.set(track, { text, fault: error })
    }
  }

  /** A worker that is there but does nothing is worse than none: the other one would have all visitors. */
  async #lookAfter({ client, main }: EdgeSession, signal: AbortSignal): Promise<never> {
    const { clock, log } = this.#parts
    for (let missed = 0; ; ) {
      await clock.sleep(LOOK_MS, signal)
      const hello = await within({ clock, limitMs: ANSWER_MS, signal }, (inner) => client.call('hello', {}, inner))
      missed = hello === late ? missed + 1 : 0
      if (missed < 2) continue
      log.error('edge worker does not answer and is ended', { edge: this.id, worker: main.pid })
      send(main.pid, 'SIGKILL')
    }
  }

  /** Ends whatever of this worker still runs. */
  async endAll(): Promise<void> {
    await endProcesses({ find: () => this.processes(), graceMs: 0, clock: this.#parts.clock })
  }

  #lost(problem: string): Fault {
    return new Fault('edge.unreachable', { details: { socket: this.#path('sock'), problem } })
  }
}
