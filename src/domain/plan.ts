import type { DeploymentReason } from './deployment.ts'
import { classOf, type MigrationClass, type PendingMigration, type Survey } from './migrations.ts'
import { plannedSteps } from './plan-steps.ts'
import type { ReleaseRef } from './release.ts'
import type { Rollout } from './rollout.ts'
import type { Demand } from './safeguards.ts'
import type { AppSpec, CommandSpec, EnvironmentSpec, PolicySpec, ProcessSpec, ProtectionSpec } from './spec.ts'
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
  readonly migrations: PlannedMigrations
  readonly strategy: string
  /** What is done, in order. */
  readonly steps: readonly string[]
  readonly limits: PlannedLimits
  readonly protection: PlannedProtection
}

/** Milliseconds; null = none. */
export interface PlannedLimits {
  readonly run: number
  readonly queue: number | null
  readonly approval: number
}

export interface PlannedProtection {
  readonly approvals: number
  readonly approvers: readonly string[]
  readonly selfApproval: boolean
  readonly requireChecks: readonly string[]
  /** What is in force and would be weakened, so that those are asked too who had to be asked before. */
  readonly weakened: readonly string[]
}

/** Names only. A new value of a variable is a new version, and so another plan. */
export interface PlannedVariables extends VariableChanges {
  readonly version: number
  readonly binding: PolicySpec['configBinding']
  readonly names: readonly string[]
  /** The version at which each was set, of those that people have set. */
  readonly setAt: Readonly<Record<string, number>>
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
  /** Null when it stays as it is; null on one side where the process is new, or goes. */
  readonly command: { readonly from: string | null; readonly to: string | null } | null
}

/** What becomes of the database. */
export interface PlannedMigrations {
  /** The policy's moment, `none` for an app without any, `now` when they are all that is done. */
  readonly when: PolicySpec['migrations'] | 'none' | 'now'
  /** What the look at the database found; null while nobody has looked, or nobody could tell. */
  readonly pending: readonly PendingMigration[] | null
  /** Why nobody could tell. */
  readonly problem: string | null
  /** The least safe of them decides; what nobody could tell is unknown. */
  readonly class: MigrationClass | null
  readonly backup: PolicySpec['backupBeforeMigrate']
  /** Migrations that stay applied although the release does not know them: it was made before them. */
  readonly crosses: readonly string[]
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
  /** The app as it is live. */
  readonly before: AppSpec | null
  readonly rollout: Rollout
  readonly demands: readonly Demand[]
  /** What the newest look at the database from within this release found. */
  readonly survey: Survey | null
  /** Migrations that were applied here since the release last ran here. */
  readonly crosses: readonly string[]
}

export function planOf(input: PlanInput): Plan {
  const { app, environment, live, release } = input
  const { strategy } = environment.policies
  return {
    track: input.track,
    environment: environment.name,
    app: app.name,
    reason: input.reason,
    from: live === null ? null : planned(live.release),
    to: planned(release),
    variables: { ...input.variables, names: [...input.variables.names].sort() },
    processes:
      input.reason === 'migrate' ? asTheyAre(live) : plannedProcesses(scaled(app, environment, input.scale), input),
    migrations: plannedMigrations(input),
    strategy: strategy.kind === 'start_first' ? `start_first, ${strategy.batch} at a time` : strategy.kind,
    steps: plannedSteps(input.rollout),
    limits: limitsOf(environment),
    protection: protectionOf(environment.protection, input.demands),
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

function planned({ version, commit, digest }: ReleaseRef): PlannedRelease {
  return { version, commit, digest }
}

function plannedMigrations({ app, environment, reason, survey, crosses }: PlanInput): PlannedMigrations {
  const { migrations: policy, backupBeforeMigrate: backup } = environment.policies
  const isLookedAt = app.migrations !== null && reason !== 'rollback' && reason !== 'scale'
  if (!isLookedAt) return { when: 'none', pending: null, problem: null, class: null, backup: 'off', crosses }
  const when = reason === 'migrate' ? 'now' : policy
  if (survey === null) return { when, pending: null, problem: null, class: null, backup, crosses }
  return { when, pending: survey.pending, problem: survey.problem, class: classOf(survey), backup, crosses }
}

function asTheyAre(live: Live | null): readonly PlannedProcess[] {
  const all = live?.instances ?? []
  return [...new Set(all.map(({ process }) => process))].map((name) => {
    const count = all.filter(({ process }) => process === name).length
    return { name, from: count, to: count, command: null }
  })
}

function plannedProcesses(processes: readonly ProcessSpec[], { live, before }: PlanInput): readonly PlannedProcess[] {
  const running = (name: string) => (live?.instances ?? []).filter((instance) => instance.process === name).length
  const gone = (live?.instances ?? []).filter(({ process }) => !processes.some(({ name }) => name === process))
  const commandOf = (name: string, all: readonly ProcessSpec[]) => {
    const found = all.find((process) => process.name === name)
    return found === undefined ? null : commandText(found.command)
  }
  const changed = (name: string) => {
    const command = { from: commandOf(name, before?.processes ?? []), to: commandOf(name, processes) }
    return command.from === command.to ? null : command
  }
  return [
    ...processes.map(({ name, instances }) => ({ name, from: running(name), to: instances, command: changed(name) })),
    ...[...new Set(gone.map(({ process }) => process))].map((name) => {
      return { name, from: running(name), to: 0, command: changed(name) }
    }),
  ]
}

/** Words are told apart from one line for the shell. */
function commandText(command: CommandSpec): string {
  return typeof command === 'string' ? command : JSON.stringify(command)
}

function limitsOf({ policies, protection }: EnvironmentSpec): PlannedLimits {
  return { run: policies.runTimeoutMs, queue: policies.queueTimeout.afterMs, approval: protection.expiresMs }
}

function protectionOf(protection: ProtectionSpec, demands: readonly Demand[]): PlannedProtection {
  const { approvals, approvers, selfApproval, requireChecks } = protection
  return { approvals, approvers, selfApproval, requireChecks, weakened: demands.flatMap(({ weakened }) => weakened) }
}
