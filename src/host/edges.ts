import { join } from 'node:path'
import type { EdgeClient } from '../edge/client.ts'
import type { DrainOrder, Route, RouteInstance } from '../edge/protocol.ts'
import { Bell } from '../lib/bell.ts'
import { Fault } from '../lib/fault.ts'
import { namesIn, removeTree } from '../system/files.ts'
import type { DrainAccount } from '../targets/driver.ts'
import { type EdgeSession, EdgeWorker, type EdgeWorkerParts } from './edge-worker.ts'
import { late, within } from './waiting.ts'

export interface EdgesParts extends Omit<EdgeWorkerParts, 'id' | 'wanted' | 'bell'> {
  readonly count: number
}

/** So long may it take until every worker has a route in force: time for one to die and come back, twice. */
const SETTLE_MS = 15_000
/** A worker that was killed is back sooner. */
const ANSWERING_MS = 3000

/** The edge workers of the machine as one. */
export class Edges {
  readonly #parts: EdgesParts
  readonly #wanted = new Map<string, Route>()
  readonly #bell = new Bell()
  readonly #workers: readonly EdgeWorker[]
  readonly #stopping = new AbortController()
  #running: Promise<unknown> = Promise.resolve()

  constructor(parts: EdgesParts) {
    this.#parts = parts
    const ids = Array.from({ length: parts.count }, (_, index) => `edge-${index + 1}`)
    this.#workers = ids.map((id) => this.#worker(id))
  }

  get workers(): readonly EdgeWorker[] {
    return this.#workers
  }

  /** Tracks with a route. */
  get tracks(): readonly string[] {
    return [...this.#wanted.keys()]
  }

  /** To be called when all routes are known: what a worker has beyond them is taken from it. */
  begin(): void {
    this.#running = Promise.all([this.#dismissSurplus(), ...this.#workers.map((worker) => worker.run())])
  }

  /** What every worker is to have in force for a track from now on; null: nothing. */
  want(track: string, route: Route | null): void {
    if (route === null) this.#wanted.delete(track)
    else this.#wanted.set(track, route)
    for (const worker of this.#workers) worker.askAgain(track)
    this.#bell.ring()
  }

  wantedOf(track: string): Route | null {
    return this.#wanted.get(track) ?? null
  }

  /**
   * Waits until every worker has the wanted route of this track in force. A worker that is being restarted is waited for,
   * because it comes back with the routes it had. The workers' own Fault when one refuses the route.
   */
  async settled(track: string, signal: AbortSignal): Promise<void> {
    const limit = { clock: this.#parts.clock, limitMs: SETTLE_MS, signal }
    const refusal = await within(limit, (inner) => this.#bell.until(() => this.#standing(track), inner))
    if (refusal === late) throw this.#unreachable()
    if (refusal instanceof Fault) throw refusal
  }

  /**
   * Waits until every worker answers, for a moment; one that stays away is left out. Fault `target.unreachable` when none
   * is there, because then nothing is known.
   */
  async answering(signal: AbortSignal): Promise<readonly EdgeSession[]> {
    const limit = { clock: this.#parts.clock, limitMs: ANSWERING_MS, signal }
    const isAll = () => (this.#sessions().length === this.#workers.length ? true : undefined)
    await within(limit, (inner) => this.#bell.until(isAll, inner))
    if (this.#sessions().length === 0) throw this.#unreachable()
    return this.#sessions()
  }

  /** The account of each instance, its workers' connections taken together. */
  async drain(order: DrainOrder, signal: AbortSignal): Promise<readonly DrainAccount[]> {
    const living = this.#workers.filter((worker) => worker.session !== null)
    const accounts = await Promise.all(living.map((worker) => drainOne(worker, order, signal)))
    return order.instances.map((instance) =>
      sum(
        instance,
        accounts.flat().filter((one) => one.instance === instance),
      ),
    )
  }

  /** Instances that any worker sends visitors to, as the workers tell it. */
  async routed(track: string, signal: AbortSignal): Promise<readonly string[]> {
    const sessions = await this.answering(signal)
    const routes = await Promise.all(sessions.map(({ client }) => routesOf(client, signal)))
    const mine = routes.flat().filter((route) => route.track === track)
    return [...new Set(mine.flatMap((route) => route.instances.map((instance: RouteInstance) => instance.name)))]
  }

  /** Ends the workers: no new visitors, what is in flight is finished within the limit. */
  async stop(limitMs: number, signal: AbortSignal): Promise<void> {
    const limit = { clock: this.#parts.clock, limitMs: limitMs + 5000, signal }
    await within(limit, (inner) => Promise.allSettled(this.#workers.map((worker) => worker.stop(limitMs, inner))))
    this.#stopping.abort(new Error('the edge has been stopped'))
    await this.#running
    for (const worker of this.#workers) await worker.endAll()
    // Nobody listens any more: who came now would wait in vain.
    this.#parts.socket[Symbol.dispose]()
  }

  #worker(id: string): EdgeWorker {
    const signal = AbortSignal.any([this.#parts.signal, this.#stopping.signal])
    return new EdgeWorker({ ...this.#parts, id, signal, wanted: this.#wanted, bell: this.#bell })
  }

  /** Of an earlier host that had more workers; they would go on taking visitors with the routes of then. */
  async #dismissSurplus(): Promise<void> {
    const { folder, log } = this.#parts
    const sockets = (await namesIn(folder)).filter((name) => name.endsWith('.sock'))
    const ids = sockets.map((name) => name.slice(0, -'.sock'.length))
    for (const id of ids.filter((one) => this.#workers.every((worker) => worker.id !== one))) {
      try {
        await this.#worker(id).dismiss()
        await removeTree(join(folder, `${id}.sock`))
      } catch (error) {
        log.error('an edge worker too many could not be ended', { edge: id, error })
      }
    }
  }

  #standing(track: string): 'in force' | Fault | undefined {
    const standings = this.#workers.map((worker) => worker.standing(track))
    const refusal = standings.find((standing) => standing instanceof Fault)
    if (refusal !== undefined) return refusal
    return standings.every((standing) => standing === 'in force') ? 'in force' : undefined
  }

  #sessions(): readonly EdgeSession[] {
    return this.#workers.map((worker) => worker.session).filter((session) => session !== null)
  }

  #unreachable(): Fault {
    const missing = this.#workers.filter((worker) => worker.session === null)
    const problem = missing.map((worker) => `${worker.id}: ${worker.problem}`).join('; ') || 'its edge is too slow'
    return new Fault('target.unreachable', { details: { target: 'local', problem } })
  }
}

/** With a worker die its connections: there is nothing left to drain. */
async function drainOne(worker: EdgeWorker, order: DrainOrder, signal: AbortSignal): Promise<readonly DrainAccount[]> {
  try {
    return await worker.call('drain', order, signal)
  } catch (error) {
    if (error instanceof Fault && error.code === 'edge.unreachable') return []
    throw error
  }
}

function sum(instance: string, accounts: readonly DrainAccount[]): DrainAccount {
  const total = (value: (account: DrainAccount) => number) => accounts.reduce((all, one) => all + value(one), 0)
  return {
    instance,
    inFlight: total((one) => one.inFlight),
    upgraded: total((one) => one.upgraded),
    msToZero: Math.max(0, ...accounts.map((one) => one.msToZero)),
    cut: total((one) => one.cut),
  }
}

/** One that dies just now sends nobody anywhere. */
async function routesOf(client: EdgeClient, signal: AbortSignal): Promise<readonly Route[]> {
  try {
    return await client.call('routes', {}, signal)
  } catch (error) {
    if (error instanceof Fault && error.code === 'edge.unreachable') return []
    throw error
  }
}
