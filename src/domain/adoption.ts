import { numberOf } from './queue.ts'
import type { Live } from './track.ts'

/** What of a target has to be known for it. */
export interface Found {
  readonly name: string
  readonly deployment: string
  readonly digest: string
  readonly version: string
  readonly commit?: string
  readonly process: string
  readonly state: string
}

export interface Serving {
  /** The newest that has a part in it. */
  readonly deployment: string
  readonly digest: string
  readonly version: string
  readonly commit: string | null
  readonly instances: readonly Found[]
}

/**
 * What really serves, for a server whose memory is older than what runs: the instances of the release that visitors get, of the
 * newest deployment where they get several. Null when nothing runs, or just what is remembered.
 */
export function servingOf(
  live: Live | null,
  seen: { readonly instances: readonly Found[]; readonly routed: readonly string[] },
): Serving | null {
  const alive = seen.instances.filter(({ state }) => state !== 'exited' && state !== 'stopping')
  const visited = alive.filter(({ name }) => seen.routed.includes(name))
  const newest = newestOf(visited.length > 0 ? visited : alive)
  if (newest === null) return null
  const instances = alive.filter(({ digest }) => digest === newest.digest)
  if (instances.every((each) => isRemembered(live, each))) return null
  const { digest, version, commit = null } = newest
  return { deployment: newestOf(instances)?.deployment ?? newest.deployment, digest, version, commit, instances }
}

function isRemembered(live: Live | null, { name, digest }: Found): boolean {
  return live?.instances.some((each) => each.name === name && each.release.digest === digest) === true
}

function newestOf(found: readonly Found[]): Found | null {
  const sorted = found.toSorted((a, b) => numberOf({ id: b.deployment }) - numberOf({ id: a.deployment }))
  return sorted[0] ?? null
}
