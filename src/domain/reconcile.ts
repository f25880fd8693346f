import { isRouted } from './rollout.ts'
import type { Instance, Live } from './track.ts'

export interface Seen {
  readonly instances: readonly { readonly name: string; readonly digest: string; readonly state: string }[]
  readonly routed: readonly string[]
}

export interface Drift {
  /** Live instances that the target does not have, has with another release, or has given up. */
  readonly missing: readonly Instance[]
  /** Names the target has and nobody asked for. */
  readonly extra: readonly string[]
  /** Names of live instances that should get visitors and do not. */
  readonly unvisited: readonly string[]
  /** Names of instances that get visitors and should not. */
  readonly misrouted: readonly string[]
}

/** Desired against observed, on a track on which nothing moves. */
export function driftOf(live: Live | null, seen: Seen): Drift {
  const wanted = live?.instances ?? []
  const has = (instance: Instance) =>
    seen.instances.some(
      ({ name, digest, state }) => name === instance.name && digest === instance.release.digest && state !== 'exited',
    )
  const routable = wanted.filter(isRouted).map(({ name }) => name)
  return {
    missing: wanted.filter((instance) => !has(instance)),
    extra: seen.instances.map(({ name }) => name).filter((name) => !wanted.some((instance) => instance.name === name)),
    unvisited: routable.filter((name) => !seen.routed.includes(name)),
    misrouted: seen.routed.filter((name) => !routable.includes(name)),
  }
}

export function hasDrift(drift: Drift): boolean {
  return Object.values(drift).some((found) => found.length > 0)
}

/** In words, for the record. */
export function describeDrift({ missing, extra, unvisited, misrouted }: Drift): string {
  const parts = [
    missing.length > 0 ? `not there: ${missing.map(({ name }) => name).join(', ')}` : '',
    extra.length > 0 ? `not asked for: ${extra.join(', ')}` : '',
    unvisited.length > 0 ? `without visitors: ${unvisited.join(', ')}` : '',
    misrouted.length > 0 ? `visited, and should not be: ${misrouted.join(', ')}` : '',
  ]
  return parts.filter((part) => part !== '').join('; ')
}
