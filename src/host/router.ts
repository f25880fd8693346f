import type { RouteFiles } from '../edge/protocol.ts'
import type { Clock } from '../lib/clock.ts'
import { Fault, messageOf } from '../lib/fault.ts'
import type { Log } from '../lib/log.ts'
import { isDiskFull } from '../system/files.ts'
import type { Door, DrainAccount, InstanceSpec, Routing, StopOrder } from '../targets/driver.ts'
import { confirmThrough } from './confirm.ts'
import type { Doors } from './doors.ts'
import type { Edges } from './edges.ts'
import type { Instance } from './instance.ts'
import { type Ledger, routeFor } from './ledger.ts'
import { becomeOlder, type FileFolders, withOlder } from './served-files.ts'

export interface RouterParts {
  readonly ledger: Ledger
  readonly doors: Doors
  readonly folders: FileFolders
  readonly edges: Edges
  readonly find: (name: string) => Instance | undefined
  readonly clock: Clock
  readonly log: Log
  readonly signal: AbortSignal
}

/** Sends visitors where the engine wants them, and keeps them away from instances that are not well. */
export class Router {
  readonly #parts: RouterParts
  /** Instances being confirmed, by track. */
  readonly #candidates = new Map<string, readonly Instance[]>()

  constructor(parts: RouterParts) {
    this.#parts = parts
  }

  /** Puts what was ordered before our start in force. */
  restore(): void {
    for (const track of this.#parts.ledger.tracks) {
      this.refresh(track)
      void this.#findFiles(track)
    }
  }

  /** After a power loss the files of a release may have to be unpacked anew, and nobody else does it where there are only files. */
  async #findFiles(track: string): Promise<void> {
    const { ledger, folders, log, signal } = this.#parts
    const routing = ledger.of(track)
    if (routing === null) return
    try {
      await folders.of(track, routing)
    } catch (error) {
      if (!signal.aborted) log.error('static files are not there', { track, problem: messageOf(error), error })
    }
  }

  /** An instance of the track changed: whom visitors should reach may be another now. */
  refresh(track: string): void {
    const routing = this.#parts.ledger.of(track)
    if (routing !== null) this.#want(track, routing, this.#candidatesOf(track))
  }

  #want(track: string, routing: Routing, candidates: readonly Instance[]): void {
    const { ledger, doors, edges, find } = this.#parts
    const [files, door] = [ledger.filesOf(track), doors.of(track)]
    edges.want(track, routeFor({ track, routing, files, door, candidates, find }))
  }

  /** In force at every worker when it resolves; at once where there is no route yet. */
  async door(track: string, door: Door, signal: AbortSignal): Promise<void> {
    const { doors, ledger, edges } = this.#parts
    await doors.set(track, door)
    if (ledger.of(track) === null) return
    this.refresh(track)
    await edges.settled(track, signal)
  }

  /** Digests of releases whose files the edge may still be asked for. */
  filesInUse(track: string): readonly string[] {
    const { ledger, clock } = this.#parts
    const folders = ledger.filesOf(track).flatMap((files) => files.folders)
    return folders.filter(({ until }) => until === null || until > clock.now()).map(({ digest }) => digest)
  }

  /** First the new instances are confirmed through every worker, then visitors are sent to them. */
  async route(track: string, routing: Routing, signal: AbortSignal): Promise<void> {
    const { ledger, edges } = this.#parts
    await this.#judged(track, routing, signal)
    const wanted = this.#eligible(track, routing)
    const files = await this.#filesFor(track, routing)
    await this.#parts.doors.set(track, routing.door)
    await this.#confirm(track, routing, wanted, signal)
    signal.throwIfAborted()
    this.#eligible(track, routing)
    const before = { routing: ledger.of(track), files: ledger.filesOf(track) }
    await ledger.set(track, routing, files)
    this.refresh(track)
    try {
      await edges.settled(track, signal)
    } catch (error) {
      if (!isRefusal(error)) throw error
      await this.#takeBack(track, before)
      throw refused(messageOf(error), error)
    }
  }

  async drain(track: string, orders: readonly StopOrder[], signal: AbortSignal): Promise<readonly DrainAccount[]> {
    const { ledger, edges } = this.#parts
    const routed = orders.find(({ name }) => ledger.of(track)?.instances.includes(name))
    if (routed !== undefined) throw refused(`${routed.name} is still in the routing`)
    if (edges.wantedOf(track) !== null) await edges.settled(track, signal)
    const accounts = orders.map(({ name, stop }) => edges.drain(drainOrder(track, name, stop.drainMs), signal))
    return (await Promise.all(accounts)).flat()
  }

  /** Takes an instance out for good, says so, and waits until nothing of it is in flight. */
  async leave(spec: InstanceSpec, drainMs: number, hasLeft: () => void): Promise<void> {
    const { edges, signal } = this.#parts
    const isKnown = spec.routed && (await this.#takeOut(spec))
    hasLeft()
    if (isKnown) await edges.drain(drainOrder(spec.track, spec.name, drainMs), signal)
  }

  /** Whether the edge may know of it. */
  async #takeOut({ name, track }: InstanceSpec): Promise<boolean> {
    const { ledger, edges, signal, log } = this.#parts
    try {
      await ledger.leave(track, name)
      this.refresh(track)
      if (edges.wantedOf(track) === null) return false
      await edges.settled(track, signal)
    } catch (error) {
      signal.throwIfAborted()
      // A worker without space for its routes goes on sending visitors to it.
      if (isDiskFull(error)) throw error
      // What is being stopped is in no route any more; a worker that cannot be told for so long has no visitors.
      log.warn('an instance is stopped though not everybody knows that it left', { instance: name, error })
    }
    return true
  }

  async #filesFor(track: string, routing: Routing): Promise<readonly RouteFiles[]> {
    const { ledger, folders, clock, find } = this.#parts
    const before = ledger.of(track)
    const drains = (before?.instances ?? []).map((name) => find(name)?.spec.stop.drainMs ?? 0)
    const isReplaced = before !== null && before.release.digest !== routing.release.digest
    const older = becomeOlder(ledger.filesOf(track), { at: clock.now(), isReplaced, drainMs: Math.max(0, ...drains) })
    return withOlder(await folders.of(track, routing), older)
  }

  #candidatesOf(track: string): readonly Instance[] {
    return this.#candidates.get(track) ?? []
  }

  /** One that has just been taken over from an earlier host, or has died since it was placed, may be well in a moment. */
  async #judged(track: string, routing: Routing, signal: AbortSignal): Promise<void> {
    const found = routing.instances.filter((name) => !this.#isRouted(track, name)).map(this.#parts.find)
    const coming = found.filter((one) => one?.spec.track === track && isComing(one.state)) as Instance[]
    await Promise.allSettled(coming.map((instance) => instance.judged(0, signal))) // what it came to is looked at next
    signal.throwIfAborted()
  }

  #isRouted(track: string, name: string): boolean {
    return this.#parts.ledger.of(track)?.instances.includes(name) === true
  }

  #eligible(track: string, routing: Routing): readonly Instance[] {
    return routing.instances.map((name) => {
      const instance = this.#parts.find(name)
      if (instance === undefined || instance.spec.track !== track)
        throw refused(`${name} is not an instance of ${track}`)
      if (!instance.spec.routed) throw refused(`${name} is not for visitors`)
      if (instance.isStopping) throw refused(`${name} is being removed`)
      // One that has visitors already and is down at the moment is started again: no reason to keep others from coming.
      if (instance.state !== 'healthy' && !this.#isRouted(track, name)) throw refused(`${name} is ${instance.state}`)
      return instance
    })
  }

  async #confirm(track: string, routing: Routing, wanted: readonly Instance[], signal: AbortSignal): Promise<void> {
    const { edges, ledger, clock } = this.#parts
    const before = ledger.of(track)
    const candidates = wanted.filter((instance) => !before?.instances.includes(instance.spec.name))
    if (candidates.length === 0) return
    this.#candidates.set(track, candidates)
    try {
      const current = before ?? { ...routing, instances: [] }
      this.#want(track, current, candidates)
      await edges.settled(track, signal)
      const pairs = edges.workers.flatMap((worker) => candidates.map(({ spec }) => ({ worker, spec })))
      await Promise.all(
        pairs.map(({ worker, spec }) => confirmThrough(worker, { instance: spec, routing, clock }, signal)),
      )
      this.#candidates.delete(track)
    } catch (error) {
      this.#candidates.delete(track)
      if (before === null) edges.want(track, null)
      else this.refresh(track)
      throw isRefusal(error) ? refused(messageOf(error), error) : error
    }
  }

  async #takeBack(track: string, before: Before): Promise<void> {
    const { ledger, edges } = this.#parts
    if (before.routing === null) {
      await ledger.remove(track)
      edges.want(track, null)
    } else {
      await ledger.set(track, before.routing, before.files)
      this.refresh(track)
    }
  }
}

interface Before {
  readonly routing: Routing | null
  readonly files: readonly RouteFiles[]
}

function isComing(state: Instance['state']): boolean {
  return state === 'starting' || state === 'backoff'
}

function drainOrder(track: string, instance: string, drainMs: number) {
  return { track, instances: [instance], limitMs: drainMs, upgradedLimitMs: drainMs }
}

/** The edge's final no to a route: another track, or another program, has its name or port. */
function isRefusal(error: unknown): boolean {
  return error instanceof Fault && error.code.startsWith('edge.') && !error.temporary
}

function refused(problem: string, cause?: unknown): Fault {
  return new Fault('target.refused', { details: { target: 'local', problem }, cause })
}
