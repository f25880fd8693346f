import type { Deployment } from '../domain/deployment.ts'
import type { AppSpec, EnvironmentSpec, ProjectSpec } from '../domain/spec.ts'
import type { Track } from '../domain/track.ts'
import { Fault } from '../lib/fault.ts'
import type { Store } from '../store/store.ts'

/** What a deployment needs to know, read in one go: its track and what the release's own commit says of app and environment. */
export interface DeploymentContext {
  readonly track: Track
  readonly app: AppSpec
  readonly environment: EnvironmentSpec
}

/** Fault when the configuration of the release's commit does not have this environment, or not this app in it. */
export function contextOf(store: Store, deployment: Pick<Deployment, 'track' | 'release'>): DeploymentContext {
  const track = trackOf(store, deployment.track)
  const spec = specOf(store, track.project, deployment.release.commit)
  const environment = environmentIn(spec, track.environment)
  return { track, app: appHere(spec, environment, track.app), environment }
}

/** An app that runs in the environment. */
function appHere(spec: ProjectSpec, { name, apps }: EnvironmentSpec, app: string): AppSpec {
  const found = appIn(spec, app)
  if (!apps.includes(app)) throw new Fault('app.unknown', { details: { app, project: name, known: apps.join(', ') } })
  return found
}

/** A track on which nothing was ever deployed is not stored. */
export function trackOf(store: Store, id: string): Track {
  const [project = '', app = '', environment = ''] = id.split('/')
  return store.tracks.get(id) ?? { id, project, app, environment, live: null }
}

export function specOf(store: Store, project: string, commit: string): ProjectSpec {
  const spec = store.runs.spec(project, commit)
  if (spec === null) throw new Fault('project.no_configuration', { details: { project } })
  return spec
}

export function appIn(spec: ProjectSpec, app: string): AppSpec {
  const found = spec.apps.find(({ name }) => name === app)
  const details = { app, project: spec.project, known: spec.apps.map(({ name }) => name).join(', ') }
  if (found === undefined) throw new Fault('app.unknown', { details })
  return found
}

export function environmentIn(spec: ProjectSpec, environment: string): EnvironmentSpec {
  const found = spec.environments.find(({ name }) => name === environment)
  const known = spec.environments.map(({ name }) => name).join(', ')
  if (found === undefined)
    throw new Fault('environment.unknown', { details: { environment, project: spec.project, known } })
  return found
}

/** Names with a value here at this version. */
export function variableNames(
  store: Store,
  { track, environment }: DeploymentContext,
  version: number,
): readonly string[] {
  const stored = store.variables.at(track.project, track.environment, version).map(({ name }) => name)
  return [...new Set([...Object.keys(environment.variables), ...stored])]
}
