import type { Clock } from '../lib/clock.ts'
import { Fault } from '../lib/fault.ts'
import { sha256 } from '../lib/hash.ts'
import type { Log } from '../lib/log.ts'
import { startTimeNow } from '../system/proc.ts'
import { newId, newToken } from '../system/random.ts'
import { isAnswering } from '../system/socket-file.ts'
import type { EdgeContext, Watched } from './context.ts'
import { ControlServer } from './control.ts'
import { Credentials } from './credentials.ts'
import type { EdgeLimits } from './limits.ts'
import { acceptVisitor, Listeners } from './listeners.ts'
import type { Hello } from './protocol.ts'
import { Registry } from './registry.ts'
import { Routing } from './routing.ts'
import { verbs } from './verbs.ts'

export interface WorkerSettings {
  readonly id: string
  /** The control socket; whoever may use it rules the worker. */
  readonly socketPath: string
  readonly statePath: string
  readonly listen: { readonly host: string; readonly port: number }
  /** A socket bound to that address, inherited from the host that shares it with the other workers; null for one of its own. */
  readonly listenFd: number | null
  /** Shared by the workers of one host when given; made up otherwise. */
  readonly token: string | null
  readonly trustsForwarded: boolean
  /** Without a state to restore, listen on the main address only when told to: the others there know the routes. */
  readonly isHeld: boolean
  readonly limits: EdgeLimits
}

export interface Outside {
  readonly clock: Clock
  readonly log: Log
}

const sweepMs = 250
const retryPortsMs = 1_000
/** For last answers to go out after the stop limit. */
const farewellMs = 500
const lastAnswerMs = 5

/** One edge worker: visitors on one side, the host's orders on the other. */
export class Worker {
  readonly #settings: WorkerSettings
  readonly #clock: Clock
  readonly #log: Log
  readonly #token: string
  readonly #context: EdgeContext
  readonly #listeners: Listeners
  readonly #routing: Routing
  readonly #control: ControlServer
  readonly #startedAt: number
  readonly #end = new AbortController()
  readonly #done = Promise.withResolvers<void>()
  #now: number
  #mainPort = 0
  #confirmPort = 0
  #opening: Promise<number> | null = null
  #stopping: Promise<{ readonly cut: number }> | null = null

  private constructor(settings: WorkerSettings, { clock, log }: Outside) {
    this.#settings = settings
    this.#clock = clock
    this.#log = log
    this.#token = settings.token ?? newToken()
    this.#startedAt = clock.now()
    this.#now = clock.monotonic()
    this.#context = newContext(settings, { clock, log, isToken: tokenCheck(this.#token), now: () => this.#now })
    this.#listeners = new Listeners(settings.listen.host, acceptVisitor(this.#context), log)
    const { registry } = this.#context
    const shared = { registry, clock, log }
    const mainPort = () => this.#mainPort || settings.listen.port
    this.#routing = new Routing({ ...shared, listeners: this.#listeners, statePath: settings.statePath, mainPort })
    const own = { hello: () => this.hello, open: () => this.#open(), stop: (limitMs: number) => this.stop(limitMs) }
    this.#control = new ControlServer(verbs({ ...shared, routing: this.#routing, ...own }), log)
  }

  /** Restores the routes, then listens, then takes orders. */
  static async start(settings: WorkerSettings, outside: Outside): Promise<Worker> {
    const worker = new Worker(settings, outside)
    try {
      await worker.#start()
    } catch (error) {
      await worker.#close()
      throw error
    }
    return worker
  }

  get hello(): Hello {
    return {
      id: this.#settings.id,
      pid: process.pid,
      startTime: startTimeNow(process.pid),
      startedAt: this.#startedAt,
      listen: { host: this.#settings.listen.host, port: this.#mainPort },
      ports: this.#listeners.dedicatedPorts,
      confirmPort: this.#confirmPort,
      token: this.#token,
      isStopping: this.#context.isStopping,
    }
  }

  /** Resolves when the worker has stopped. */
  get done(): Promise<void> {
    return this.#done.promise
  }

  /** Accepts no more, finishes what is in flight within the limit. Asked again: the same stop. */
  stop(limitMs: number): Promise<{ readonly cut: number }> {
    this.#stopping ??= this.#stop(limitMs)
    return this.#stopping
  }

  async #start(): Promise<void> {
    const { socketPath, listen, id, isHeld } = this.#settings
    if (await isAnswering(socketPath)) throw new Fault('edge.running', { details: { socket: socketPath } })
    const isRestored = await this.#routing.restore()
    this.#background(this.#every(sweepMs, () => this.#sweep()))
    this.#confirmPort = await this.#listeners.openPrivate()
    if (isRestored || !isHeld) await this.#open()
    await this.#routing.openPorts()
    this.#background(this.#every(retryPortsMs, () => this.#retryPorts()))
    await this.#control.listen(socketPath)
    this.#log.info('edge worker started', { id, host: listen.host, port: this.#mainPort })
  }

  async #open(): Promise<{ readonly port: number }> {
    this.#opening ??= this.#listeners.openMain(this.#settings.listen.port, this.#settings.listenFd)
    try {
      this.#mainPort = await this.#opening
    } catch (error) {
      this.#opening = null
      throw error
    }
    return { port: this.#mainPort }
  }

  async #stop(limitMs: number): Promise<{ readonly cut: number }> {
    const { watched } = this.#context
    this.#log.info('edge worker stopping', { limitMs, connections: watched.size })
    this.#context.isStopping = true
    await this.#listeners.closeAll()
    await this.#untilEmpty(limitMs)
    for (const one of [...watched]) if (one.isIdle) one.destroy()
    const cut = this.#cutAll()
    await this.#untilEmpty(farewellMs)
    for (const one of [...watched]) one.destroy()
    this.#log.info('edge worker stopped', { cut })
    this.#background(this.#leave())
    return { cut }
  }

  #cutAll(): number {
    const left = this.#context.registry.inFlight()
    for (const one of left) one.cut()
    return left.length
  }

  async #untilEmpty(limitMs: number): Promise<void> {
    const end = this.#clock.monotonic() + limitMs
    while (this.#context.watched.size > 0 && this.#clock.monotonic() < end) {
      await this.#clock.sleep(Math.min(50, Math.max(1, end - this.#clock.monotonic())), this.#end.signal)
    }
  }

  /** The answer to the order to stop goes out first. */
  async #leave(): Promise<void> {
    await this.#clock.sleep(lastAnswerMs, this.#end.signal)
    await this.#close()
  }

  async #close(): Promise<void> {
    this.#end.abort()
    await this.#listeners.closeAll()
    await this.#control[Symbol.asyncDispose]()
    this.#done.resolve()
  }

  #sweep(): void {
    this.#now = this.#clock.monotonic()
    for (const one of this.#context.watched) this.#checkOne(one)
  }

  #checkOne(one: Watched): void {
    try {
      one.check(this.#now)
    } catch (error) {
      this.#log.error('a connection could not be checked', { error })
      one.destroy()
    }
  }

  async #retryPorts(): Promise<void> {
    const open = new Set(this.#listeners.dedicatedPorts)
    if (this.#context.isStopping || this.#context.registry.ports.every((port) => open.has(port))) return
    await this.#routing.openPorts()
  }

  async #every(ms: number, act: () => void | Promise<void>): Promise<void> {
    const { signal } = this.#end
    while (!signal.aborted) {
      await this.#clock.sleep(ms, signal).catch((error: unknown) => {
        if (!signal.aborted) throw error
      })
      if (!signal.aborted) await act()
    }
  }

  #background(work: Promise<void>): void {
    work.catch((error: unknown) => this.#log.error('background work of the edge failed', { error }))
  }
}

function newContext(
  settings: WorkerSettings,
  given: Pick<EdgeContext, 'clock' | 'log' | 'isToken' | 'now'>,
): EdgeContext {
  const prefix = newId('req')
  let requests = 0
  return {
    ...given,
    registry: new Registry(),
    credentials: new Credentials(),
    limits: settings.limits,
    trustsForwarded: settings.trustsForwarded,
    newRequestId: () => `${prefix}-${(requests++).toString(36)}`,
    watched: new Set(),
    isStopping: false,
  }
}

/** Hashes are compared, so that how long it takes tells nothing of the token. */
function tokenCheck(token: string): (given: string) => boolean {
  const wanted = sha256(token)
  return (given) => sha256(given) === wanted
}
