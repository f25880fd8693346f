import { matchesBranch, matchesPaths } from '../domain/glob.ts'
import type { ProjectSpec } from '../domain/spec.ts'
import type { Track } from '../domain/track.ts'
import { branchOf } from '../domain/trigger.ts'
import { type KnownCommit, type UndeployedChange, undeployedOf } from '../domain/undeployed.ts'
import { Fault } from '../lib/fault.ts'
import type { LogEntry } from '../sources/source.ts'
import type { Store } from '../store/store.ts'
import { environmentIn } from './context.ts'
import { type NamedPlace, specNow, tracksIn } from './find.ts'
import type { Parts } from './parts.ts'

export interface Undeployed {
  readonly app: string
  readonly environment: string
  readonly live: { readonly version: string; readonly commit: string; readonly deployment: string } | null
  /** Where it is deployed from, and the newest commit there. */
  readonly ref: string
  readonly head: string
  readonly needs: readonly string[]
  readonly changes: readonly UndeployedChange[]
  /** There are more. */
  readonly isCut: boolean
}

const longestLog = 200

/** What the branch has and the environment does not, for each app there. */
export async function undeployed(parts: Parts, place: NamedPlace): Promise<readonly Undeployed[]> {
  const spec = specNow(parts.store, place.project)
  const tracks = tracksIn(parts.store, place)
  const found = await Promise.all(tracks.map((track) => ofTrack(parts, spec, track)))
  return found.filter((each) => each !== null)
}

async function ofTrack(parts: Parts, spec: ProjectSpec, track: Track): Promise<Undeployed | null> {
  const { store } = parts
  const { project, app, environment } = track
  const ref = refFor(store, spec, environment) ?? store.runs.deployedRef(project)
  const head = ref === null ? undefined : store.projects.refs(project).get(ref)
  if (ref === null || head === undefined) return null
  const live = track.live
  const log = await logSince(parts, project, { from: live?.release.commit ?? null, head })
  const { needs } = environmentIn(spec, environment)
  const known = log.map((entry) => knownOf(parts, spec, { entry, project, app }))
  return {
    ...{ app, environment, ref, head, needs },
    live:
      live === null
        ? null
        : { version: live.release.version, commit: live.release.commit, deployment: live.deployment },
    changes: undeployedOf(known, needs),
    isCut: log.length === longestLog,
  }
}

/** The newest ref whose pushes come here, or to an environment that comes before. */
function refFor(store: Store, spec: ProjectSpec, name: string, trail: readonly string[] = []): string | null {
  const environment = spec.environments.find((each) => each.name === name)
  if (environment === undefined || trail.includes(name)) return null
  const { push, after } = environment.triggers
  const matching = store.runs.refs(spec.project, 500).find((ref) => {
    const branch = branchOf(ref)
    return branch !== null && push.length > 0 && matchesBranch(push, branch)
  })
  if (matching !== undefined) return matching
  for (const before of [...environment.needs, ...after.map((each) => each.environment)]) {
    const ref = refFor(store, spec, before, [...trail, name])
    if (ref !== null) return ref
  }
  return null
}

/** When what is live has been taken out of the history, all of it counts. */
async function logSince(parts: Parts, project: string, { from, head }: { from: string | null; head: string }) {
  try {
    return await parts.source.log(project, from, head, longestLog)
  } catch (error) {
    if (!(error instanceof Fault) || error.code !== 'commit.missing' || from === null) throw error
    return await parts.source.log(project, null, head, longestLog)
  }
}

function knownOf(
  { store }: Parts,
  spec: ProjectSpec,
  { entry, project, app }: { readonly entry: LogEntry; readonly project: string; readonly app: string },
): KnownCommit {
  const paths = spec.apps.find(({ name }) => name === app)?.paths ?? []
  const release = store.releases.ofCommit(project, app, entry.sha)
  return {
    ...entry,
    touches: paths.length === 0 || matchesPaths(paths, entry.paths),
    // One that was thrown away can go nowhere; a newer one that holds the commit can.
    release: release === null || release.discardedAt !== null ? null : release.version,
    succeededIn: release === null ? [] : store.deployments.succeededIn(release.id),
    runs: store.runs.ofCommit(project, entry.sha).map(({ id, outcome }) => ({ id, outcome })),
  }
}
