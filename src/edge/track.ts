import { Counters } from './counters.ts'
import { type InFlight, Instance } from './instance.ts'
import type { Route, RouteFiles, RouteInstance, TrackTraffic } from './protocol.ts'
import { versionBody } from './version.ts'

/** Instances that left are remembered for their drain account, this many. */
const keptDepartures = 200

/** One track as this worker serves it: its route, its instances, its totals. */
export class Track {
  readonly name: string
  readonly counters: Counters
  #route: Route
  #version: string
  /** In the routing now, in the route's order. */
  #routed: readonly Instance[] = []
  #files: readonly RouteFiles[] = []
  /** All it knows: routed, candidates, and those that left. In the order they came. */
  readonly #known = new Map<string, Instance>()
  #turn = 0

  constructor(route: Route, counters = new Counters()) {
    this.name = route.track
    this.counters = counters
    this.#route = route
    this.#version = versionBody(route)
    this.#take(route)
  }

  get route(): Route {
    return this.#route
  }

  /** The body of the version endpoint. */
  get version(): string {
    return this.#version
  }

  get routed(): readonly Instance[] {
    return this.#routed
  }

  /** The longest url first, as the nearest one counts. */
  get files(): readonly RouteFiles[] {
    return this.#files
  }

  inFlight(): readonly InFlight[] {
    return [...this.#known.values()].flatMap((instance) => [...instance.active])
  }

  nextTurn(): number {
    this.#turn = (this.#turn + 1) % 0x40000000
    return this.#turn
  }

  /** An instance by name: routed, a candidate, or one that left not long ago. */
  instance(name: string): Instance | null {
    return this.#known.get(name) ?? null
  }

  /** Puts a new route in force; gives the instances that left with it. One synchronous act. */
  replace(route: Route, now: number): readonly Instance[] {
    const before = this.#routed
    this.#route = route
    this.#version = versionBody(route)
    this.#take(route)
    const left = before.filter((instance) => !this.#routed.includes(instance))
    for (const instance of left) instance.depart(now)
    this.#forgetOld()
    return left
  }

  /** No route any more: all instances leave. */
  close(now: number): readonly Instance[] {
    return this.replace({ ...this.#route, hosts: [], port: null, instances: [], candidates: [], files: [] }, now)
  }

  traffic(at: number): TrackTraffic {
    const busy = [...this.#known.values()].filter((instance) => instance.isRouted || instance.inFlight > 0)
    return { at, ...this.counters.totals(), inFlight: busy.map((instance) => instance.gauge) }
  }

  #take(route: Route): void {
    this.#files = [...route.files].sort((a, b) => b.url.length - a.url.length)
    this.#routed = route.instances.map((spec) => this.#know(spec))
    for (const instance of this.#routed) instance.arrive()
    for (const spec of route.candidates) this.#know(spec)
  }

  #know(spec: RouteInstance): Instance {
    const found = this.#known.get(spec.name)
    found?.update(spec)
    const instance = found ?? new Instance(this.name, spec)
    if (found === undefined) this.#known.set(spec.name, instance)
    return instance
  }

  #forgetOld(): void {
    const wanted = new Set(this.#route.candidates.map((spec) => spec.name))
    let spare = this.#known.size - keptDepartures
    for (const instance of this.#known.values()) {
      if (spare <= 0) return
      if (instance.isRouted || instance.inFlight > 0 || wanted.has(instance.name)) continue
      this.#known.delete(instance.name)
      spare--
    }
  }
}
