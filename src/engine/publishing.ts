import type { EnvironmentSpec } from '../domain/spec.ts'
import { trackId } from '../domain/track.ts'
import { Fault } from '../lib/fault.ts'
import type { StoredRelease } from '../store/releases.ts'
import type { Store } from '../store/store.ts'
import { specNow } from './find.ts'

interface AppPlace {
  readonly project: string
  readonly app: string
}

/** Environments that get the app when it is published. */
export function listening(store: Store, place: AppPlace): readonly string[] {
  return listeningIn(specNow(store, place.project).environments, place.app).map(({ name }) => name)
}

function listeningIn(environments: readonly EnvironmentSpec[], app: string): readonly EnvironmentSpec[] {
  return environments.filter(({ apps, triggers }) => apps.includes(app) && triggers.releasePublished)
}

/**
 * The release that is live where it must have been before it goes on: what people have looked at there, and not what is
 * newest by now. Faults `release.none` while nothing is there, `release.unclear` where these environments differ.
 */
export function releaseToPublish(store: Store, { project, app }: AppPlace): StoredRelease {
  const environments = specNow(store, project).environments.filter(({ apps }) => apps.includes(app))
  const before = new Set(listeningIn(environments, app).flatMap(comesAfter))
  const stages = environments.filter(({ name }) => before.has(name)).map(({ name }) => name)
  if (stages.length === 0) return newestVerified(store, { project, app })
  const found = stages.map((environment) => {
    const live = store.tracks.get(trackId(project, app, environment))?.live
    if (live === null || live === undefined) throw new Fault('release.none', { details: { app, environment } })
    return { environment, release: live.release }
  })
  const [first] = found
  if (found.some(({ release }) => release.id !== first?.release.id)) {
    const versions = found.map(({ environment, release }) => `${environment}: ${release.version}`).join(', ')
    throw new Fault('release.unclear', { details: { app, versions } })
  }
  return store.releases.get(first?.release.id ?? '') as StoredRelease
}

function comesAfter({ needs, triggers }: EnvironmentSpec): readonly string[] {
  return [...needs, ...triggers.after.map(({ environment }) => environment)]
}

/** Nothing comes before the environments that wait for it: the newest push whose run succeeded. */
function newestVerified(store: Store, { project, app }: AppPlace): StoredRelease {
  const ref = store.runs.deployedRef(project)
  const found = store.releases
    .byPush(project, app, { ref, limit: 100 })
    .find(({ commit }) => store.runs.ofCommit(project, commit).some(({ outcome }) => outcome === 'succeeded'))
  if (found === undefined) throw new Fault('release.unknown', { details: { version: '(any)', app } })
  return found
}

/** Fault `release.not_verified` unless it succeeded wherever it must have been before it goes to those who wait for it. */
export function mustBeVerified(store: Store, release: StoredRelease): void {
  const { project, app, commit, version } = release
  const environments = store.runs.spec(project, commit)?.environments ?? []
  const needed = new Set(listeningIn(environments, app).flatMap(({ needs }) => needs))
  const succeededIn = store.deployments.succeededIn(release.id)
  const missing = [...needed].filter((name) => !succeededIn.includes(name))
  if (missing.length > 0) throw new Fault('release.not_verified', { details: { version, missing: missing.join(', ') } })
}
