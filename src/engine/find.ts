import type { Deployment } from '../domain/deployment.ts'
import type { OneOffRun } from '../domain/one-off.ts'
import type { Run } from '../domain/run.ts'
import type { ProjectSpec } from '../domain/spec.ts'
import { type Live, type Track, trackId } from '../domain/track.ts'
import { Fault } from '../lib/fault.ts'
import type { Project } from '../store/projects.ts'
import type { StoredRelease } from '../store/releases.ts'
import type { Store } from '../store/store.ts'
import { contextOf, environmentIn, trackOf } from './context.ts'
import { isHeld } from './hold.ts'

/** What a person named, or a Fault that says what there is instead. */

export interface NamedPlace {
  readonly project: string
  readonly environment: string
  readonly app?: string | undefined
}

export function findProject(store: Store, name: string): Project {
  const project = store.projects.get(name)
  if (project === null) throw new Fault('project.unknown', { details: { project: name } })
  return project
}

export function findRun(store: Store, id: string): Run {
  const run = store.runs.get(id)
  if (run === null) throw new Fault('run.unknown', { details: { run: id } })
  return run
}

export function findDeployment(store: Store, id: string): Deployment {
  const deployment = store.deployments.get(id)
  if (deployment === null) throw new Fault('deployment.unknown', { details: { deployment: id } })
  return deployment
}

export function findOneOff(store: Store, id: string): OneOffRun {
  const oneOff = store.oneOffs.get(id)
  if (oneOff === null) throw new Fault('one_off.unknown', { details: { oneOff: id } })
  return oneOff
}

/** The project's configuration as its newest run had it. */
export function specNow(store: Store, project: string): ProjectSpec {
  findProject(store, project)
  const spec = store.runs.newestSpec(project)
  if (spec === null) throw new Fault('project.no_configuration', { details: { project } })
  return spec
}

/** Tracks on which something runs, or is still to come, though the configuration does not have them any more. */
export function leftOver(store: Store, project: string): readonly Track[] {
  const spec = specNow(store, project)
  return store.tracks
    .list(project)
    .filter(
      ({ id, live, ...place }) =>
        !isIn(spec, place) && ((live?.instances ?? []).length > 0 || store.deployments.open(id).length > 0),
    )
}

/** Whether people still want something here. */
export function isConfigured(store: Store, track: Track): boolean {
  const spec = store.runs.newestSpec(track.project)
  return spec !== null && isIn(spec, track)
}

function isIn({ environments }: ProjectSpec, { app, environment }: Pick<Track, 'app' | 'environment'>): boolean {
  return environments.some(({ name, apps }) => name === environment && apps.includes(app))
}

/**
 * The tracks of an environment: of the app that was named, or of all. What the configuration does not have any more can
 * be named too while it runs.
 */
export function tracksIn(store: Store, { project, environment, app }: NamedPlace): readonly Track[] {
  const spec = specNow(store, project)
  const left = leftOver(store, project).filter((track) => track.environment === environment)
  const isThere = spec.environments.some(({ name }) => name === environment)
  if (!isThere && left.length > 0 && app === undefined) return left
  const leftApp = left.find((track) => track.app === app)
  if (leftApp !== undefined) return [leftApp]
  const known = environmentIn(spec, environment).apps
  if (app !== undefined && !known.includes(app)) {
    throw new Fault('app.unknown', { details: { app, project, known: known.join(', ') } })
  }
  const names = app === undefined ? known : [app]
  return names.map((name) => trackOf(store, trackId(project, name, environment)))
}

/** The one track that is meant. */
export function findTrack(store: Store, place: NamedPlace): Track {
  const tracks = tracksIn(store, place)
  const [track] = tracks
  if (track === undefined || tracks.length > 1) {
    const apps = tracks.map(({ app }) => app).join(', ')
    throw new Fault('app.ambiguous', { details: { name: place.environment, apps } })
  }
  return track
}

export function liveOf(track: Track): Live {
  const { app, environment } = track
  if (track.live === null) throw new Fault('release.none', { details: { app, environment } })
  return track.live
}

/** By version or commit; when nothing is named, the newest of the branch that was last deployed from. */
export function findRelease(
  store: Store,
  { project, app }: Pick<Track, 'project' | 'app'>,
  version: string | null,
): StoredRelease {
  const release =
    version === null
      ? store.releases.newest(project, app, store.runs.deployedRef(project))
      : store.releases.find(project, app, version)
  if (release === null) {
    throw new Fault('release.unknown', { details: { version: version ?? '(any)', app } })
  }
  if (release.discardedAt !== null) throw new Fault('release.discarded', { details: { version: release.version } })
  return release
}

/**
 * Whatever became of its archive: by any of its names, or by its id, of the app that is named or of whichever has it. Faults
 * `release.unknown`, `app.ambiguous`.
 */
export function findAnyRelease(
  store: Store,
  { project, app }: { readonly project: string; readonly app?: string | undefined },
  name: string,
): StoredRelease {
  findProject(store, project)
  const apps = app === undefined ? store.releases.apps(project) : [app]
  const found = apps.flatMap((each) => store.releases.find(project, each, name) ?? [])
  if (found.length > 1)
    throw new Fault('app.ambiguous', { details: { name, apps: found.map((each) => each.app).join(', ') } })
  const byId = /^v\d{1,15}$/.test(name) ? store.releases.get(name) : null
  const release = found[0] ?? (byId?.project === project && apps.includes(byId.app) ? byId : null)
  if (release === null) throw new Fault('release.unknown', { details: { version: name, app: app ?? project } })
  return release
}

/** Where each track goes back to. Fault `rollback.forbidden` where nobody may. */
export function rollbackTargets(
  store: Store,
  place: NamedPlace,
  version: string | null,
): ReadonlyMap<Track, StoredRelease> {
  const targets = tracksIn(store, place).map((track) => {
    const { environment } = contextOf(store, { track: track.id, release: liveOf(track).release })
    const policy = environment.policies.rollback
    if (policy !== 'allowed') {
      const { deployment } = liveOf(track)
      throw new Fault('rollback.forbidden', { details: { environment: environment.name, policy, deployment } })
    }
    return [track, version === null ? previousRelease(store, track) : earlierRelease(store, track, version)] as const
  })
  return new Map(targets)
}

/** Why a track cannot go back, whatever release is named; null: it can. */
export function whyNoWayBack(store: Store, { project, app, environment }: Track): string | null {
  try {
    rollbackTargets(store, { project, app, environment }, null)
    return null
  } catch (error) {
    if (!(error instanceof Fault) || error.code.startsWith('store.')) throw error
    // A release that is named need not wait for what moves.
    return error.code === 'rollback.moving' ? null : error.message
  }
}

/** The release that was live before the one that is. Fault `rollback.moving` while that may be another one in a moment. */
function previousRelease(store: Store, track: Track): StoredRelease {
  const live = liveOf(track)
  const { app, environment } = track
  const moving = store.deployments.open(track.id).find((each) => each.state.kind !== 'waiting' && !isHeld(store, each))
  if (moving !== undefined) throw new Fault('rollback.moving', { details: { deployment: moving.id, environment } })
  const before = store.deployments
    .releasesSucceeded(track.id, 100)
    .map((id) => store.releases.get(id))
    .find((release) => release !== null && release.id !== live.release.id && release.discardedAt === null)
  if (before === undefined || before === null) throw new Fault('rollback.nowhere', { details: { app, environment } })
  return before
}

/** A release that ran here before. Going back to what never did would be a promotion that nobody looked at. */
function earlierRelease(store: Store, track: Track, version: string): StoredRelease {
  const release = findRelease(store, track, version)
  const hasRun = store.deployments.ofRelease(release.id, track.id).some(({ state }) => hasSucceeded(state))
  const details = { version: release.version, environment: track.environment }
  if (!hasRun) throw new Fault('rollback.never_there', { details })
  return release
}

function hasSucceeded(state: Deployment['state']): boolean {
  return state.kind === 'finished' && state.outcome === 'succeeded'
}

/** The deployment of this release that waits for people on this track, if one does. */
export function waitingFor(store: Store, track: string, release: string): Deployment | null {
  const open = store.deployments.open(track)
  return (
    open.find(
      ({ state, release: { id }, reason }) => state.kind === 'waiting' && id === release && reason === 'promote',
    ) ?? null
  )
}

/** Fault `process.unknown` unless it runs on one of these tracks, or is to. */
export function mustKnowProcess(store: Store, tracks: readonly Track[], process: string): void {
  const apps = new Set(tracks.map(({ app }) => app))
  const configured = tracks.flatMap(({ project, app }) =>
    specNow(store, project).apps.flatMap(({ name, processes }) => (name === app ? processes : [])),
  )
  const running = tracks.flatMap(({ live }) => live?.instances ?? [])
  const known = new Set([...configured.map(({ name }) => name), ...running.map((each) => each.process)])
  if (known.has(process)) return
  throw new Fault('process.unknown', { details: { app: [...apps].join(', '), process, known: [...known].join(', ') } })
}
