import type { Deployment } from '../domain/deployment.ts'
import { askingFor } from '../domain/migrations/adapters.ts'
import { namesOf } from '../domain/migrations.ts'
import { type Plan, type PlannedVariables, planOf, scaled } from '../domain/plan.ts'
import { isRouted, planMigration, planRollout, type RolloutInput } from '../domain/rollout.ts'
import type { Migrating } from '../domain/rollout-migrations.ts'
import type { AppSpec } from '../domain/spec.ts'
import type { Track } from '../domain/track.ts'
import { canonicalJson } from '../lib/canonical.ts'
import { sha256 } from '../lib/hash.ts'
import type { Store } from '../store/store.ts'
import { addressOf } from './address.ts'
import { type DeploymentContext, variableNames } from './context.ts'
import { surveyFor } from './find-survey.ts'
import { servedFiles } from './instances.ts'
import { demandsFor } from './safeguards.ts'
import { boundVariables, changesTo } from './variables.ts'

export interface HashedPlan {
  readonly plan: Plan
  readonly hash: string
}

/** The plan as it is at this moment. */
export function currentPlan(store: Store, deployment: Deployment, context: DeploymentContext): HashedPlan {
  const { track, app, environment } = context
  const { reason, release } = deployment
  const planOfKind = reason === 'migrate' ? planMigration : planRollout
  const plan = planOf({
    ...{ track: track.id, reason, app, environment, release, live: track.live },
    scale: scaleFor(store, deployment),
    variables: plannedVariables(store, deployment, context),
    before: appLive(store, track),
    // By whichever number the deployment goes: it does the same.
    rollout: planOfKind({ ...rolloutInput(store, deployment, context), deployment: '' }),
    survey: store.surveys.newest(track.id, release.id)?.found ?? null,
    crosses: store.surveys.appliedSince(track.id, release.id),
    demands: demandsFor(store, context),
  })
  return { plan, hash: sha256(canonicalJson(plan)) }
}

/** What the rollout is worked out from: for the plan, and again when the turn has come. */
export function rolloutInput(store: Store, deployment: Deployment, context: DeploymentContext): RolloutInput {
  const { track, app, environment } = context
  return {
    deployment: deployment.id,
    release: deployment.release,
    variables: boundVariables(store, deployment, track).version,
    processes: scaled(app, environment, scaleFor(store, deployment)),
    live: track.live,
    policies: environment.policies,
    url: addressOf(environment, app.name),
    // What ran here before needs none that it has not brought itself, back then.
    hasMigrations: app.migrations !== null && deployment.reason !== 'rollback',
    migrating: migratingOf(store, deployment, context),
    files: filesOf(context),
    startedWith: startedWith(context, boundVariables(store, deployment, track).version),
    keepRunning: deployment.reason === 'scale',
  }
}

/** Only what visitors reach goes on: a worker that is told to take up another release cannot be seen to have done so. */
function startedWith({ app, environment }: DeploymentContext, variables: number): Readonly<Record<string, string>> {
  if (environment.policies.strategy.kind !== 'reload') return {}
  const { directory, shared, processes } = app
  const defaults = app.variables.map(({ name, default: value }) => [name, value])
  const given = { directory, shared, defaults, file: environment.variables, variables }
  return Object.fromEntries(
    processes
      .filter(({ name }) => isRouted({ process: name }))
      .map(({ name, command, env }) => [name, sha256(canonicalJson({ ...given, command, env }))]),
  )
}

function filesOf({ app, environment }: DeploymentContext): RolloutInput['files'] {
  const files = servedFiles(app, environment)
  return files && { isAll: files.isAll, isShared: files.kept === 'shared' }
}

function migratingOf(store: Store, deployment: Deployment, { app, environment }: DeploymentContext): Migrating {
  const { migrations } = app
  const { state } = deployment
  const isApproved = state.kind === 'queued' && state.approvedPlan !== null
  const pending = isApproved ? namesOf(surveyFor(store, deployment)) : null
  return {
    canBeAsked: migrations !== null && askingFor(migrations) !== null,
    isBackedUp: environment.policies.backupBeforeMigrate !== 'off' && migrations !== null && migrations.backup !== null,
    lock: migrations?.lock ?? null,
    approved: pending === null ? null : { pending, expiresMs: environment.protection.expiresMs },
  }
}

/** Instances per process over what the configuration says: what was scaled before, and what this one asks for. */
function scaleFor(store: Store, { track, scale }: Deployment): Readonly<Record<string, number>> {
  return { ...store.tracks.scale(track), ...scale }
}

function plannedVariables(store: Store, deployment: Deployment, context: DeploymentContext): PlannedVariables {
  const { project, environment } = context.track
  const { version, binding } = boundVariables(store, deployment, context.track)
  const set = store.variables.at(project, environment, version)
  return {
    ...{ version, binding, names: variableNames(store, context, version) },
    setAt: Object.fromEntries(set.map((each) => [each.name, each.version])),
    ...changesTo(store, context, version),
  }
}

/** Null where nothing is live, or its configuration is not there any more. */
function appLive(store: Store, { project, app, live }: Track): AppSpec | null {
  const spec = live === null ? null : store.runs.spec(project, live.release.commit)
  return spec?.apps.find(({ name }) => name === app) ?? null
}
