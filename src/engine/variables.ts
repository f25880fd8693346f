import type { Deployment } from '../domain/deployment.ts'
import type { AppSpec, EnvironmentSpec } from '../domain/spec.ts'
import type { Track } from '../domain/track.ts'
import { changesBetween, type Given, type VariableChanges } from '../domain/variables.ts'
import type { Store } from '../store/store.ts'

export interface BoundVariables {
  readonly version: number
  /** `environment`: the newest. `revision`: those that its release ran with here. */
  readonly binding: EnvironmentSpec['policies']['configBinding']
}

/** The version of its environment's variables that a deployment gets, or got. */
export function boundVariables(store: Store, deployment: Deployment, track: Track): BoundVariables {
  const own = ownVersion(store, deployment, track)
  if (own !== null) return { version: own, binding: 'revision' }
  return { version: store.variables.version(track.project, track.environment), binding: 'environment' }
}

/** More instances of what is live are more of the same; a way back goes by the policy. Null: whatever is newest. */
function ownVersion(store: Store, { reason, release }: Deployment, track: Track): number | null {
  if (track.live === null) return null
  if (reason === 'scale') return track.live.variables
  return reason === 'rollback' && bindingOf(store, track) === 'revision' ? lastVersion(store, release.id, track) : null
}

/** As the configuration that is live has it: one that is gone back to may be older than the wish. */
export function bindingOf(store: Store, track: Track): BoundVariables['binding'] {
  return livePlace(store, track)?.environment.policies.configBinding ?? 'environment'
}

function lastVersion(store: Store, release: string, track: Track): number | null {
  const hasRun = ({ state }: Deployment) => state.kind === 'finished' && state.outcome === 'succeeded'
  return store.deployments.ofRelease(release, track.id).findLast(hasRun)?.variables ?? null
}

export interface AppHere {
  readonly track: Track
  readonly app: AppSpec
  readonly environment: EnvironmentSpec
}

/** What the app would be given here: defaults, the file's values, what people set; the newest word wins. */
function givenTo(store: Store, { track, app, environment }: AppHere, version: number): Given {
  const preset = app.variables.flatMap(({ name, default: value }) => (value === null ? [] : [[name, value] as const]))
  const stored = store.variables.at(track.project, track.environment, version)
  return new Map([
    ...[...preset, ...Object.entries(environment.variables)].map(([name, value]) => [name, `=${value}`] as const),
    ...stored.map(
      ({ name, value, secret, version: since }) => [name, secret ? `secret ${since}` : `=${value}`] as const,
    ),
  ])
}

/** From what runs on the track to what a release would be given; everything is new where nothing runs. */
export function changesTo(store: Store, next: AppHere, version: number): VariableChanges {
  return changesBetween(givenToLive(store, next.track), givenTo(store, next, version))
}

/** What people have changed since the instances that are live were started; null where nothing is live. */
export function changesSinceLive(store: Store, track: Track): VariableChanges | null {
  const place = livePlace(store, track)
  if (place === null) return null
  return changesTo(store, place, store.variables.version(track.project, track.environment))
}

function givenToLive(store: Store, track: Track): Given {
  const place = livePlace(store, track)
  return place === null || track.live === null ? new Map() : givenTo(store, place, track.live.variables)
}

/** Null where nothing is live. */
function livePlace(store: Store, track: Track): AppHere | null {
  const spec = track.live === null ? null : store.runs.spec(track.project, track.live.release.commit)
  const environment = spec?.environments.find(({ name }) => name === track.environment)
  const app = spec?.apps.find(({ name }) => name === track.app)
  return app === undefined || environment === undefined ? null : { track, app, environment }
}
