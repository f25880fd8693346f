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
  readonly misrouted: boolean
}

/** Desired against observed, on a track on which nothing moves. */
export function driftOf(live: Live | null, seen: Seen): Drift {
  const wanted = live?.instances ?? []
  const has = (instance: Instance) =>
    seen.instances.some(
      ({ name, digest, state }) => name === instance.name && digest === instance.release.digest && state !== 'exited',
    )
  const routed = wanted.filter(isRouted).map(({ name }) => name)
  return {
    missing: wanted.filter((instance) => !has(instance)),
    extra: seen.instances.map(({ name }) => name).filter((name) => !wanted.some((instance) => instance.name === name)),
    misrouted: !sameNames(routed, seen.routed),
  }
}

export function hasDrift({ missing, extra, misrouted }: Drift): boolean {
  return missing.length > 0 || extra.length > 0 || misrouted
}

/** In words, for the record. */
export function describeDrift({ missing, extra, misrouted }: Drift): string {
  const parts = [
    missing.length > 0 ? `not there: ${missing.map(({ name }) => name).join(', ')}` : '',
    extra.length > 0 ? `not asked for: ${extra.join(', ')}` : '',
    misrouted ? 'visitors are sent elsewhere than they should be' : '',
  ]
  return parts.filter((part) => part !== '').join('; ')
}

function sameNames(a: readonly string[], b: readonly string[]): boolean {
  return a.length === b.length && [...a].sort().join() === [...b].sort().join()
}
