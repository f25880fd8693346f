import { isNeeded } from '../domain/contract.ts'
import { isActive } from '../domain/deployment.ts'
import type { Run } from '../domain/run.ts'
import type { AppSpec } from '../domain/spec.ts'
import { fitsType, typePhrases } from '../domain/variables.ts'
import { Fault } from '../lib/fault.ts'
import type { Store } from '../store/store.ts'
import type { VariableChange } from '../store/variables.ts'

/** More than one machine has a use for. */
const maxInstances = 100

/** By then what it needs may not be what it was. */
const rerunnableMs = 30 * 86_400_000

/** Null when it can be run again. */
export function whyNotRerun({ state, outcome, jobs, proposal, createdAt }: Run, at: number): string | null {
  if (state !== 'finished') return 'it has not ended'
  if (outcome === 'succeeded') return 'it succeeded'
  if (at - createdAt > rerunnableMs) return 'it is older than 30 days; push again'
  if (proposal?.isHeld === true && jobs.every(({ startedAt }) => startedAt === null))
    return 'nobody has approved it; whoever proposes it pushes it again'
  return jobs.length === 0 ? 'it had no jobs' : null
}

/** Faults `process.unknown`, `scale.invalid`. */
export function mustBeScalable(app: AppSpec, counts: Readonly<Record<string, number>>): void {
  for (const [process, count] of Object.entries(counts)) {
    const known = app.processes.find(({ name }) => name === process)
    if (known === undefined) {
      const names = app.processes.map(({ name }) => name).join(', ')
      throw new Fault('process.unknown', { details: { app: app.name, process, known: names } })
    }
    if (!Number.isInteger(count) || count < 0 || count > (known.singleton ? 1 : maxInstances)) {
      const problem = known.singleton ? 'it is a singleton' : `that is not a number from 0 to ${maxInstances}`
      throw new Fault('scale.invalid', { details: { process, count, problem } })
    }
  }
}

/** Faults `variable.invalid`, `variable.invalid_value`, `variable.reserved`. The same as the configuration file may say. */
export function mustBeSettable({ name, value }: VariableChange): void {
  if (!/^[A-Za-z_][A-Za-z0-9_]{0,127}$/.test(name)) throw new Fault('variable.invalid', { details: { name } })
  // What was set by an older version can still be unset.
  const isOurs = name === 'PORT' || name.startsWith('SIGNALBOX_')
  if (isOurs && value !== null) throw new Fault('variable.reserved', { details: { name } })
  if (value?.includes('\0') || value?.isWellFormed() === false) {
    throw new Fault('variable.invalid_value', { details: { name } })
  }
}

/** Faults `variable.empty` and `variable.wrong_type` unless the value is what every app there declares. A secret is not repeated. */
export function mustFit({ name, value, secret }: VariableChange, environment: string, apps: readonly AppSpec[]): void {
  for (const app of apps) {
    const declared = app.variables.find((each) => each.name === name)
    if (value === null || declared === undefined) continue
    if (value === '' && isNeeded(declared))
      throw new Fault('variable.empty', { details: { name, environment, app: app.name } })
    if (fitsType(declared.type, value)) continue
    const found = secret || declared.secret ? 'the value given' : JSON.stringify(value)
    const expected = typePhrases[declared.type]
    throw new Fault('variable.wrong_type', { details: { name, environment, app: app.name, found, expected } })
  }
}

/** Fault `project.in_use` while anything of it runs or moves. */
export function mustBeIdle(store: Store, project: string): void {
  const live = store.tracks.list(project).filter((track) => track.live !== null && track.live.instances.length > 0)
  const moving = store.deployments.openEverywhere().filter((each) => each.project === project && isActive(each))
  const oneOffs = store.oneOffs.list(project, 1000).filter(({ state }) => state === 'started')
  const problem = [
    ...live.map(({ id }) => `${id} is live`),
    ...moving.map(({ id }) => `${id} is being deployed`),
    ...oneOffs.map(({ id }) => `the command ${id} runs`),
  ].join(', ')
  if (problem !== '') throw new Fault('project.in_use', { details: { project, problem } })
}
