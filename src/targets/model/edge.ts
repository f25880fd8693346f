import { Fault } from '../../lib/fault.ts'
import type { DrainAccount, Routing, Traffic } from '../driver.ts'
import type { ModelInstance } from './instance.ts'
import { type Outcome, TrafficCounter } from './traffic.ts'

/** What the edge needs of the host it runs on. */
export interface Ground {
  now(): number
  monotonic(): number
  after(ms: number, act: () => void): void
  changed(): void
  instance(name: string): ModelInstance | undefined
}

export interface VisitWish {
  readonly takesMs?: number
  readonly status?: number
}

/** What a visitor got. Status 0 = the connection broke; digest and instance are the app's own words. */
export interface Visit {
  readonly status: number
  readonly digest: string | null
  readonly instance: string | null
}

/** A visitor's request on its way through the edge. */
export interface Request {
  readonly track: string
  readonly wish: VisitWish
  readonly startedAt: number
  readonly finish: (visit: Visit) => void
  /** Those that had it and lost it. */
  readonly tried: Set<string>
  isOver: boolean
  /** The answer is ready, but the process stands still. */
  isDue: boolean
}

/** Visitors' requests: to whom they go, how they end, and the count of it. */
export class ModelEdge {
  readonly #ground: Ground
  readonly #routes = new Map<string, Routing>()
  readonly #tracks = new Map<string, string>()
  readonly #counters = new Map<string, TrafficCounter>()
  /** Requests in flight when the instance left the routing, and when that was. */
  readonly #leavings = new Map<string, { readonly inFlight: number; readonly at: number }>()
  #turn = 0

  constructor(ground: Ground) {
    this.#ground = ground
  }

  /** Fault `target.refused` when another track has one of the host names. */
  route(track: string, routing: Routing): void {
    const taken = routing.hosts.find((host) => (this.#tracks.get(host) ?? track) !== track)
    const problem = `the host ${taken} already belongs to ${this.#tracks.get(taken ?? '')}`
    if (taken !== undefined) throw new Fault('target.refused', { details: { target: 'model', problem } })
    this.settleProbes(track)
    const before = this.routed(track)
    for (const host of this.#routes.get(track)?.hosts ?? []) this.#tracks.delete(host)
    this.#routes.set(track, routing)
    for (const host of routing.hosts) this.#tracks.set(host, track)
    for (const name of before) if (!routing.instances.includes(name)) this.#left(name)
    for (const name of routing.instances) this.#leavings.delete(name)
    this.#ground.changed()
  }

  /** Takes these instances out of the routing. */
  leave(track: string, names: readonly string[]): void {
    const routing = this.#routes.get(track)
    if (!routing?.instances.some((name) => names.includes(name))) return
    this.route(track, { ...routing, instances: routing.instances.filter((name) => !names.includes(name)) })
  }

  routed(track: string): readonly string[] {
    return this.#routes.get(track)?.instances ?? []
  }

  traffic(track: string, window: 'open' | 'close' | 'look'): Traffic {
    this.settleProbes(track)
    const counter = this.#counter(track)
    if (window === 'open') counter.open(this.#ground.monotonic())
    if (window === 'close') counter.close()
    return counter.totals(this.#ground.now())
  }

  settleProbes(track: string): void {
    const counter = this.#counters.get(track)
    counter?.settleProbes(this.#ground.monotonic(), () => (this.#healthy(track).length > 0 ? 'served' : 'refused'))
  }

  visit(host: string, wish: VisitWish): Promise<Visit> {
    const track = this.#tracks.get(host)
    if (track === undefined) return Promise.resolve({ status: 404, digest: null, instance: null })
    return new Promise((finish) => {
      const startedAt = this.#ground.monotonic()
      this.#send({ track, wish, startedAt, finish, tried: new Set(), isOver: false, isDue: false })
    })
  }

  /** The process is gone: its requests go to another instance when there is one. A GET may be sent again. */
  lost(instance: ModelInstance): void {
    const requests = [...instance.inFlight]
    instance.inFlight.clear()
    for (const request of requests) this.#sendAgain(request, instance)
  }

  thawed(instance: ModelInstance): void {
    for (const request of [...instance.inFlight]) if (request.isDue) this.#answer(request, instance)
  }

  /** An edge worker dies: the connections it held break, uncounted. */
  loseWorker(instances: Iterable<ModelInstance>, isHeld: () => boolean): void {
    for (const instance of instances) {
      for (const request of [...instance.inFlight]) if (isHeld()) this.#end(request, instance, nobody(0))
    }
  }

  /** How many were in flight when the instance left the routing, and when. */
  leaving(instance: ModelInstance): { readonly inFlight: number; readonly at: number } {
    const now = { inFlight: instance.inFlight.size, at: this.#ground.monotonic() }
    return this.#leavings.get(instance.spec.name) ?? now
  }

  /** Breaks off what the instance has in flight, and tells how much that was. */
  cut(instance: ModelInstance): number {
    const requests = [...instance.inFlight]
    for (const request of requests) {
      this.#count(request, instance, 'cut')
      this.#counter(request.track).lost(this.#told('cut at the drain limit', instance))
      this.#end(request, instance, nobody(0))
    }
    return requests.length
  }

  account(instance: ModelInstance, left: { inFlight: number; at: number }, cut: number): DrainAccount {
    const { inFlight, at } = left
    return { instance: instance.spec.name, inFlight, upgraded: 0, msToZero: this.#ground.monotonic() - at, cut }
  }

  #left(name: string): void {
    const instance = this.#ground.instance(name)
    if (instance) this.#leavings.set(name, { inFlight: instance.inFlight.size, at: this.#ground.monotonic() })
  }

  /** Choosing the instance and counting the request as in flight there is one act. */
  #send(request: Request): void {
    const candidates = this.#healthy(request.track).filter((instance) => !request.tried.has(instance.spec.name))
    this.#turn += 1
    const instance = candidates[this.#turn % candidates.length]
    if (instance === undefined) this.#refuse(request)
    else this.#sendTo(instance, request)
  }

  #sendTo(instance: ModelInstance, request: Request): void {
    instance.inFlight.add(request)
    if (request.wish.takesMs !== undefined) instance.say('out', 'answering')
    this.#ground.after(request.wish.takesMs ?? instance.behaviour.answersAfterMs, () => this.#answer(request, instance))
  }

  #sendAgain(request: Request, from: ModelInstance): void {
    request.tried.add(from.spec.name)
    this.#count(request, from, 'retried')
    this.#send(request)
  }

  #refuse(request: Request): void {
    request.isOver = true
    const counter = this.#counter(request.track)
    counter.count('', 'refused')
    counter.lost(this.#told('no instance to send it to', null))
    request.finish(nobody(request.tried.size > 0 ? 502 : 503))
  }

  #answer(request: Request, instance: ModelInstance): void {
    if (request.isOver || !instance.inFlight.has(request)) return
    request.isDue = true
    if (instance.frozen) return
    const status = request.wish.status ?? instance.behaviour.status
    this.#count(request, instance, status < 500 ? 'served' : 'serverErrors')
    this.#end(request, instance, { status, digest: instance.spec.release.digest, instance: instance.spec.name })
  }

  #end(request: Request, instance: ModelInstance, visit: Visit): void {
    request.isOver = true
    instance.inFlight.delete(request)
    request.finish(visit)
    instance.endIfIdle()
    this.#ground.changed()
  }

  #count(request: Request, instance: ModelInstance, outcome: Outcome): void {
    const tookMs = this.#ground.monotonic() - request.startedAt
    this.#counter(request.track).count(instance.spec.release.digest, outcome, tookMs)
  }

  #told(why: string, instance: ModelInstance | null) {
    return { at: this.#ground.now(), method: 'GET', path: '/', why, instance: instance?.spec.name ?? null }
  }

  #healthy(track: string): readonly ModelInstance[] {
    const found: ModelInstance[] = []
    for (const name of this.routed(track)) {
      const instance = this.#ground.instance(name)
      if (instance?.hasPassed && instance.state === 'healthy') found.push(instance)
    }
    return found
  }

  #counter(track: string): TrafficCounter {
    const known = this.#counters.get(track) ?? new TrafficCounter()
    this.#counters.set(track, known)
    return known
  }
}

function nobody(status: number): Visit {
  return { status, digest: null, instance: null }
}
