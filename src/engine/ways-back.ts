import type { Deployment } from '../domain/deployment.ts'
import type { Track } from '../domain/track.ts'
import { messageOf } from '../lib/fault.ts'
import type { Artifacts } from '../runner/runner.ts'
import type { StoredRelease } from '../store/releases.ts'
import type { Store } from '../store/store.ts'
import { contextOf, variableNames } from './context.ts'
import { type NamedPlace, tracksIn } from './find.ts'

/** A release that once was live somewhere: can one go back to it, and what should be known before? */
export interface WayBack {
  readonly track: string
  readonly release: StoredRelease
  /** The deployment with which it was live last. */
  readonly lastBy: string
  readonly lastAt: number
  /** Why not; empty when one can. */
  readonly obstacles: readonly string[]
  readonly warnings: readonly string[]
}

/** Releases so far back are listed. */
const mostReleases = 50
/** More releases live since than people remember the differences of. */
const manySince = 5

/** Every release that was live here, newest first, apart from the one that is. Archives are looked at, not assumed. */
export async function waysBack(store: Store, artifacts: Artifacts, place: NamedPlace): Promise<readonly WayBack[]> {
  const ways: WayBack[] = []
  for (const track of tracksIn(store, place)) {
    for (const release of earlier(store, track)) {
      const way = wayTo(store, { track, release, archive: await archiveObstacles(artifacts, release) })
      if (way !== null) ways.push(way)
    }
  }
  return ways
}

interface Wanted {
  readonly track: Track
  readonly release: StoredRelease
  /** What is amiss with its archive. */
  readonly archive: readonly string[]
}

/** Null where it never was live. */
export function wayTo(store: Store, { track, release, archive }: Wanted): WayBack | null {
  const last = lastTime(store, track, release)
  if (last === null) return null
  const obstacles = [...policyObstacles(store, track), ...archive]
  const warnings = warningsFor(store, track, release)
  return { track: track.id, release, lastBy: last.id, lastAt: last.finishedAt ?? 0, obstacles, warnings }
}

/** What lies between what is live and this release, for whoever goes back to it. */
export function warningsFor(store: Store, track: Track, release: StoredRelease): readonly string[] {
  const since = store.deployments.releasesSince(track.id, lastTime(store, track, release)?.id ?? null)
  const crossed = store.surveys.appliedSince(track.id, release.id)
  return [
    ...(since > manySince ? [`${since} releases have been live since`] : []),
    ...(crossed.length > 0 ? [`migrations applied since stay applied: ${crossed.join(', ')}`] : []),
    ...missingNow(store, track, release).map((name) => `it needs the variable ${name}, which is not set any more`),
  ]
}

/** Why a person has to give a reason; null where none is needed. */
export function whyReason(store: Store, track: Track, release: StoredRelease): string | null {
  const { environment } = contextOf(store, { track: track.id, release: track.live?.release ?? release })
  const [warning] = warningsFor(store, track, release)
  if (warning !== undefined) return warning
  return environment.protection.approvals > 0 ? 'the environment is protected' : null
}

function earlier(store: Store, { id, live }: Track): readonly StoredRelease[] {
  return store.deployments
    .releasesSucceeded(id, mostReleases)
    .map((release) => store.releases.get(release))
    .filter((release): release is StoredRelease => release !== null && release.id !== live?.release.id)
}

function lastTime(store: Store, track: Track, release: StoredRelease): Deployment | null {
  return store.deployments.ofRelease(release.id, track.id).findLast(hasSucceeded) ?? null
}

function hasSucceeded({ state }: Deployment): boolean {
  return state.kind === 'finished' && state.outcome === 'succeeded'
}

function policyObstacles(store: Store, track: Track): readonly string[] {
  if (track.live === null) return []
  const { policies } = contextOf(store, { track: track.id, release: track.live.release }).environment
  return policies.rollback === 'allowed' ? [] : [`the policy is \`rollback: ${policies.rollback}\``]
}

export async function archiveObstacles(
  artifacts: Artifacts,
  { discardedAt, digest }: StoredRelease,
): Promise<readonly string[]> {
  if (discardedAt !== null) return ['its archive was thrown away']
  try {
    await artifacts.verify(digest)
    return []
  } catch (error) {
    return [messageOf(error)]
  }
}

/** Required by that release, without a default, and with no value here now. */
function missingNow(store: Store, track: Track, release: StoredRelease): readonly string[] {
  const context = contextOf(store, { track: track.id, release })
  const names = variableNames(store, context, store.variables.version(track.project, track.environment))
  return context.app.variables
    .filter((each) => each.required && each.default === null && !names.includes(each.name))
    .map(({ name }) => name)
}
