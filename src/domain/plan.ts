import type { DeploymentReason } from './deployment.ts'
import type { ReleaseRef } from './release.ts'
import type { AppSpec, EnvironmentSpec, PolicySpec, ProcessSpec } from './spec.ts'
import type { Live } from './track.ts'
import type { VariableChanges } from './variables.ts'

/**
 * Everything a deployment will do, before it does it. People approve its hash: SHA-256 over its canonical JSON. So it
 * holds what they must be asked about again when it moves, and nothing that moves by itself.
 */
export interface Plan {
  readonly track: string
  readonly environment: string
  readonly app: string
  readonly reason: DeploymentReason
  readonly from: PlannedRelease | null
  readonly to: PlannedRelease
  readonly variables: PlannedVariables
  readonly processes: readonly PlannedProcess[]
  readonly migrations: string
  readonly strategy: string
}

/** Names only. A new value of a variable is a new version, and so another plan. */
export interface PlannedVariables extends VariableChanges {
  readonly version: number
  readonly binding: PolicySpec['configBinding']
  readonly names: readonly string[]
}

export interface PlannedRelease {
  readonly version: string
  readonly commit: string
  readonly digest: string
}

export interface PlannedProcess {
  readonly name: string
  readonly from: number
  readonly to: number
}

export interface PlanInput {
  readonly track: string
  readonly reason: DeploymentReason
  readonly app: AppSpec
  readonly environment: EnvironmentSpec
  readonly release: ReleaseRef
  readonly live: Live | null
  readonly scale: Readonly<Record<string, number>>
  readonly variables: PlannedVariables
}

export function planOf(input: PlanInput): Plan {
  const { app, environment, live, release } = input
  const { strategy, migrations } = environment.policies
  return {
    track: input.track,
    environment: environment.name,
    app: app.name,
    reason: input.reason,
    from: live === null ? null : planned(live.release),
    to: planned(release),
    variables: { ...input.variables, names: [...input.variables.names].sort() },
    processes: plannedProcesses(scaled(app, environment, input.scale), live),
    migrations: app.migrations === null ? 'none' : migrations,
    strategy: strategy.kind === 'start_first' ? `start_first, ${strategy.batch} at a time` : strategy.kind,
  }
}

/**
 * The app's processes with the number of instances wanted in this environment: a person's scale over the file's. It may
 * be from a time when the process was no singleton yet.
 */
export function scaled(
  app: AppSpec,
  environment: EnvironmentSpec,
  scale: Readonly<Record<string, number>>,
): readonly ProcessSpec[] {
  const here = { ...environment.scale[app.name], ...scale }
  return app.processes.map((process) => {
    const wanted = here[process.name] ?? process.instances
    return { ...process, instances: process.singleton ? Math.min(wanted, 1) : wanted }
  })
}

/** What moved between two plans, in words, for whoever approved the first. */
export function movedBetween(before: Plan, after: Plan): readonly string[] {
  const keys = Object.keys(after) as (keyof Plan)[]
  return keys
    .filter((key) => JSON.stringify(before[key]) !== JSON.stringify(after[key]))
    .map((key) => `${key}: ${brief(before[key])} → ${brief(after[key])}`)
}

function planned({ version, commit, digest }: ReleaseRef): PlannedRelease {
  return { version, commit, digest }
}

function plannedProcesses(processes: readonly ProcessSpec[], live: Live | null): readonly PlannedProcess[] {
  const running = (name: string) => (live?.instances ?? []).filter((instance) => instance.process === name).length
  const gone = (live?.instances ?? []).filter(({ process }) => !processes.some(({ name }) => name === process))
  return [
    ...processes.map(({ name, instances }) => ({ name, from: running(name), to: instances })),
    ...[...new Set(gone.map(({ process }) => process))].map((name) => ({ name, from: running(name), to: 0 })),
  ]
}

function brief(value: unknown): string {
  if (value !== null && typeof value === 'object' && 'added' in value) return briefVariables(value as PlannedVariables)
  if (value !== null && typeof value === 'object' && 'version' in value) return String(value.version)
  return typeof value === 'string' ? value : JSON.stringify(value)
}

function briefVariables({ version, added, changed, removed }: PlannedVariables): string {
  const names = [
    ...added.map((name) => `+${name}`),
    ...changed.map((name) => `~${name}`),
    ...removed.map((name) => `-${name}`),
  ]
  return names.length === 0 ? `version ${version}` : `version ${version} (${names.join(' ')})`
}
