import type { Entrance } from './context.ts'
import type { InFlight, Instance } from './instance.ts'
import { type InstanceGauge, openDoor, type Route, type TrackTraffic } from './protocol.ts'
import { portOf, Router } from './router.ts'
import { Track } from './track.ts'

/** All tracks of a worker. Everything here is synchronous: a request sees a change whole or not at all. */
export class Registry {
  readonly #router = new Router()
  readonly #inForce = new Map<string, Track>()
  /** Tracks without a route any more, kept for their totals and drains. */
  readonly #closed = new Map<string, Track>()

  get routes(): readonly Route[] {
    return [...this.#inForce.values()].map((track) => track.route)
  }

  /** Ports that routes want to themselves. */
  get ports(): readonly number[] {
    return this.routes.map((route) => route.port).filter((port) => port !== null)
  }

  /** The private entrance leads to every track: by its host, or by its own port in the Host field. */
  find(entrance: Entrance, host: string): Track | null {
    if (entrance.dedicatedPort !== null) return this.#router.byPort(entrance.dedicatedPort)
    const track = this.#router.byHost(host)
    return track === null && entrance.isPrivate ? this.#router.byPort(portOf(host)) : track
  }

  track(name: string): Track | null {
    return this.#inForce.get(name) ?? this.#closed.get(name) ?? null
  }

  /** Which instance goes by this name, on any track. */
  instance(name: string): { readonly track: Track; readonly instance: Instance } | null {
    for (const track of this.#inForce.values()) {
      const instance = track.instance(name)
      if (instance !== null) return { track, instance }
    }
    return null
  }

  /** Fault `edge.host_taken` or `edge.port_taken`. */
  assertFree(route: Route, mainPort: number): void {
    this.#router.assertFree(route, mainPort)
  }

  /** Puts a route in force; gives what the instances that left were answering. */
  apply(route: Route, now: number): readonly InstanceGauge[] {
    const found = this.track(route.track)
    const track = found ?? new Track(route)
    const left = found?.replace(route, now) ?? []
    this.#inForce.set(route.track, track)
    this.#closed.delete(route.track)
    this.#router.replace(this.#inForce.values())
    return left.map((instance) => instance.gauge)
  }

  /** Takes a track out of force; gives the same. One that is not there is fine. */
  remove(name: string, now: number): readonly InstanceGauge[] {
    const track = this.#inForce.get(name)
    if (track === undefined) return []
    const left = track.close(now)
    this.#inForce.delete(name)
    this.#closed.set(name, track)
    this.#router.replace(this.#inForce.values())
    return left.map((instance) => instance.gauge)
  }

  /** Everything being answered now. */
  inFlight(): readonly InFlight[] {
    const tracks = [...this.#inForce.values(), ...this.#closed.values()]
    return tracks.flatMap((track) => track.inFlight())
  }

  traffic(name: string, at: number): TrackTraffic {
    return (this.track(name) ?? noTrack(name)).traffic(at)
  }
}

/** Zeros, in the shape of totals. */
function noTrack(track: string): Track {
  const release = { version: '', commit: '', digest: '' }
  const lists = { hosts: [], instances: [], candidates: [] }
  return new Track({
    track,
    environment: '',
    port: null,
    deployment: '',
    release,
    ...lists,
    files: [],
    isFilesOnly: false,
    door: openDoor,
  })
}
