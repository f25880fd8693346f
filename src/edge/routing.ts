import type { Clock } from '../lib/clock.ts'
import { messageOf } from '../lib/fault.ts'
import type { Log } from '../lib/log.ts'
import type { Listeners } from './listeners.ts'
import type { Route, RouteAnswer } from './protocol.ts'
import type { Registry } from './registry.ts'
import { loadState, saveState } from './state.ts'

interface Parts {
  readonly registry: Registry
  readonly listeners: Listeners
  readonly statePath: string
  readonly clock: Clock
  readonly log: Log
  readonly mainPort: () => number
}

/** Changes of the routing, one after the other, each stored before it is in force. */
export class Routing {
  readonly #parts: Parts
  #last: Promise<unknown> = Promise.resolve()

  constructor(parts: Parts) {
    this.#parts = parts
  }

  /** Whether there was a state to restore. */
  async restore(): Promise<boolean> {
    const { registry, statePath, clock, log } = this.#parts
    const routes = await loadState(statePath, log)
    if (routes === null) return false
    for (const route of routes) registry.apply(route, clock.monotonic())
    log.info('routes restored', { tracks: registry.routes.length })
    return true
  }

  route(route: Route): Promise<RouteAnswer> {
    return this.#inTurn(() => this.#route(route))
  }

  unroute(track: string): Promise<RouteAnswer> {
    return this.#inTurn(() => this.#unroute(track))
  }

  /** Opens ports of routes that are not open yet; one that cannot be opened now is tried again later. */
  openPorts(): Promise<void> {
    return this.#inTurn(async () => {
      const { registry, listeners, log } = this.#parts
      for (const port of registry.ports) {
        await listeners.openDedicated(port).catch((error: unknown) => {
          log.warn('a port of a route is not open yet', { port, problem: messageOf(error) })
        })
      }
    })
  }

  async #route(route: Route): Promise<RouteAnswer> {
    const { registry, listeners, clock, log } = this.#parts
    registry.assertFree(route, this.#parts.mainPort())
    const isNewPort = route.port !== null && (await listeners.openDedicated(route.port))
    try {
      await this.#save([...registry.routes.filter((other) => other.track !== route.track), route])
    } catch (error) {
      if (isNewPort && route.port !== null) await listeners.closeDedicated(route.port)
      throw error
    }
    const removed = registry.apply(route, clock.monotonic())
    await this.#closeUnused()
    log.info('route in force', { track: route.track, deployment: route.deployment, instances: namesOf(route) })
    return { removed }
  }

  async #unroute(track: string): Promise<RouteAnswer> {
    const { registry, clock, log } = this.#parts
    await this.#save(registry.routes.filter((other) => other.track !== track))
    const removed = registry.remove(track, clock.monotonic())
    await this.#closeUnused()
    log.info('route gone', { track })
    return { removed }
  }

  async #save(routes: readonly Route[]): Promise<void> {
    await saveState(this.#parts.statePath, routes)
  }

  async #closeUnused(): Promise<void> {
    const { registry, listeners } = this.#parts
    const wanted = new Set(registry.ports)
    for (const port of listeners.dedicatedPorts) {
      if (!wanted.has(port)) await listeners.closeDedicated(port)
    }
  }

  #inTurn<T>(change: () => Promise<T>): Promise<T> {
    const mine = this.#last.then(change)
    // How it ends is its caller's matter; the next change goes on either way.
    this.#last = mine.then(ignore, ignore)
    return mine
  }
}

function ignore(): void {}

function namesOf(route: Route): string[] {
  return route.instances.map((instance) => instance.name)
}
