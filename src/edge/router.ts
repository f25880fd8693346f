import { Fault } from '../lib/fault.ts'
import type { Track } from './track.ts'

/** Which track a request belongs to, by the port it came in on and its Host. */
export class Router {
  #byHost = new Map<string, Track>()
  #byPort = new Map<number, Track>()

  /** `host` as the visitor sent it. */
  byHost(host: string): Track | null {
    return this.#byHost.get(host) ?? this.#byHost.get(hostKey(host)) ?? null
  }

  byPort(port: number | null): Track | null {
    return port === null ? null : (this.#byPort.get(port) ?? null)
  }

  /** Builds the lookup anew from the routes in force. */
  replace(tracks: Iterable<Track>): void {
    this.#byHost = new Map()
    this.#byPort = new Map()
    for (const track of tracks) {
      for (const host of track.route.hosts) this.#byHost.set(hostKey(host), track)
      if (track.route.port !== null) this.#byPort.set(track.route.port, track)
    }
  }

  /** Fault when another track already has one of these; nothing is ever taken from a track by surprise. */
  assertFree(
    wanted: { readonly track: string; readonly hosts: readonly string[]; readonly port: number | null },
    mainPort: number,
  ): void {
    for (const host of wanted.hosts) {
      const owner = this.#byHost.get(hostKey(host))
      if (owner !== undefined && owner.name !== wanted.track) {
        throw new Fault('edge.host_taken', { details: { host, owner: owner.name, track: wanted.track } })
      }
    }
    const { port } = wanted
    if (port === null) return
    const owner = port === mainPort ? 'the edge itself' : this.#byPort.get(port)?.name
    if (owner !== undefined && owner !== wanted.track) {
      throw new Fault('edge.port_taken', { details: { port, owner, track: wanted.track } })
    }
  }
}

/** `Shop.Example.:8080` → `shop.example` */
function hostKey(host: string): string {
  const name = host.toLowerCase()
  const colon = name.lastIndexOf(':')
  const bare = colon === -1 || name.endsWith(']') ? name : name.slice(0, colon)
  return bare.endsWith('.') ? bare.slice(0, -1) : bare
}

/** `shop.example:8080` → 8080 */
export function portOf(host: string): number | null {
  const found = /:(\d{1,5})$/.exec(host)
  return found === null ? null : Number(found[1])
}
