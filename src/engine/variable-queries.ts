import { type PresenceRow, presenceMatrix } from '../domain/presence.ts'
import type { ProjectSpec } from '../domain/spec.ts'
import type { VariableChanges } from '../domain/variables.ts'
import type { Store } from '../store/store.ts'
import { environmentIn } from './context.ts'
import { specNow, tracksIn } from './find.ts'
import { changesSinceLive } from './variables.ts'

/** What can be read of variables. Values of secrets are not opened for it. */

export interface Matrix {
  readonly environments: readonly string[]
  readonly rows: readonly PresenceRow[]
}

/** Every variable against every environment, by the newest configuration. */
export function variableMatrix(store: Store, project: string, now: number): Matrix {
  const spec = specNow(store, project)
  const environments = spec.environments.map(({ name }) => name)
  const set = new Map(environments.map((name) => [name, secretsByName(store, project, name)] as const))
  const rows = presenceMatrix({ spec, set, waivers: store.waivers.list(project), now })
  return { environments, rows }
}

function secretsByName(store: Store, project: string, environment: string): ReadonlyMap<string, boolean> {
  const version = store.variables.version(project, environment)
  return new Map(store.variables.at(project, environment, version).map(({ name, secret }) => [name, secret]))
}

export interface Waiting {
  readonly app: string
  /** Versions of the variables; null where nothing is live. */
  readonly running: number | null
  readonly newest: number
  readonly changes: VariableChanges | null
}

/** For each app of an environment: what its variables are now against those it runs with. */
export function variablesToApply(store: Store, place: { project: string; environment: string }): readonly Waiting[] {
  return tracksIn(store, place).map((track) => ({
    app: track.app,
    running: track.live?.variables ?? null,
    newest: store.variables.version(track.project, track.environment),
    changes: changesSinceLive(store, track),
  }))
}

export interface Value {
  /** Null for a secret. */
  readonly value: string | null
  readonly from: 'set' | 'file' | 'default'
}

export interface Difference {
  readonly name: string
  readonly left: Value | null
  readonly right: Value | null
}

/** What two environments do not have alike. Two secrets of one name are not compared: nobody is told whether they are the same. */
export function variablesApart(
  store: Store,
  project: string,
  [left, right]: readonly [string, string],
): readonly Difference[] {
  const spec = specNow(store, project)
  const [one, other] = [valuesIn(store, spec, { project, name: left }), valuesIn(store, spec, { project, name: right })]
  return [...new Set([...one.keys(), ...other.keys()])]
    .sort()
    .map((name) => ({ name, left: one.get(name) ?? null, right: other.get(name) ?? null }))
    .filter((each) => each.left?.value !== each.right?.value)
}

function valuesIn(
  store: Store,
  spec: ProjectSpec,
  { project, name }: { readonly project: string; readonly name: string },
): ReadonlyMap<string, Value> {
  const environment = environmentIn(spec, name)
  const preset = spec.apps
    .filter((app) => environment.apps.includes(app.name))
    .flatMap(({ variables }) => variables.filter((each) => each.default !== null))
  const stored = store.variables.at(project, name, store.variables.version(project, name))
  return new Map<string, Value>([
    ...preset.map((each) => [each.name, { value: each.default, from: 'default' }] as const),
    ...Object.entries(environment.variables).map(([key, value]) => [key, { value, from: 'file' }] as const),
    ...stored.map((each) => [each.name, { value: each.secret ? null : each.value, from: 'set' }] as const),
  ])
}
