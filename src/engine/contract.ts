import { type Lack, lacksOf, type Waiver } from '../domain/contract.ts'
import { self } from '../domain/facts.ts'
import type { AppSpec, ProjectSpec } from '../domain/spec.ts'
import type { Store } from '../store/store.ts'
import type { Tx } from './tx.ts'

/** What a configuration's environments lack at this moment, for one app or for all. */
export function lacksFor(store: Store, place: Contract, now: number): readonly Lack[] {
  const { project, spec, app = null } = place
  const { environments } = spec
  const set = new Map(environments.map(({ name }) => [name, namesSet(store, project, name)] as const))
  const waivers = store.waivers.list(project)
  const apps: readonly AppSpec[] = app === null ? spec.apps : spec.apps.filter(({ name }) => name === app)
  return apps.flatMap((each) => lacksOf({ app: each, environments, set, waivers, now }))
}

interface Contract {
  readonly project: string
  readonly spec: ProjectSpec
  readonly app?: string
}

/** Puts on record what is lacking when a run begins, while there is time. */
export function recordLacks(tx: Tx, run: { readonly id: string; readonly project: string }, spec: ProjectSpec): void {
  const lacks = lacksFor(tx.parts.store, { project: run.project, spec }, tx.at)
  if (lacks.length === 0) return
  const told = lacks.map(({ environment, app, name, since }) => ({ environment, app, name, since }))
  tx.fact({ kind: 'run.variables_lacking', project: run.project, subject: run.id, by: self, data: { lacks: told } })
}

/** The same for a run that is there, as it is by now. */
export function lacksOfRun(store: Store, run: { readonly project: string; readonly commit: string }, now: number) {
  const spec = store.runs.spec(run.project, run.commit)
  return spec === null ? [] : lacksFor(store, { project: run.project, spec }, now)
}

/** Nothing has to be looked at anew: a gate that closes lets nobody go. */
export function endWaiver(tx: Tx, { project, waiver }: { readonly project: string; readonly waiver: Waiver }): void {
  const { environment, name } = waiver
  tx.parts.store.waivers.remove(project, environment, name)
  const data = { name, because: 'it expired' }
  tx.fact({ kind: 'variable.waiver_ended', project, subject: `${project}/${environment}`, by: self, data })
}

function namesSet(store: Store, project: string, environment: string): ReadonlySet<string> {
  const version = store.variables.version(project, environment)
  return new Set(store.variables.at(project, environment, version).map(({ name }) => name))
}
