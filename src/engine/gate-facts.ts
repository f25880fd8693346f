import { checkStates } from '../domain/checks.ts'
import type { Deployment } from '../domain/deployment.ts'
import type { GivenApproval } from '../domain/gates/gate.ts'
import type { GateFacts } from '../domain/gates.ts'
import type { Store } from '../store/store.ts'
import { contextOf, currentPlan, type DeploymentContext, variableNames } from './context.ts'
import { demandsFor } from './safeguards.ts'
import { boundVariables } from './variables.ts'

/** Everything the gates look at. Order in the queue is the order in which deployments were asked for. */
export function gateFacts(store: Store, deployment: Deployment, at: number): GateFacts {
  const context = contextOf(store, deployment)
  const open = store.deployments.open(deployment.track)
  const active = open.find(({ state }) => state.kind === 'rolling' || state.kind === 'reverting')
  const queued = open.filter(({ state }) => state.kind === 'queued')
  const mine = queued.findIndex(({ id }) => id === deployment.id)
  return {
    now: at,
    deployment,
    environment: context.environment,
    plan: currentPlan(store, deployment, context).hash,
    approvals: givenApprovals(store, deployment.id),
    demands: demandsFor(store, context),
    checks: requiredChecks(store, deployment, context),
    lock: store.locks.get(context.track.project, context.track.environment),
    missingVariables: missingVariables(store, context, boundVariables(store, deployment, context.track).version),
    active: active?.id ?? null,
    ahead: (mine < 0 ? queued : queued.slice(0, mine)).map(({ id }) => id),
    succeededIn: store.deployments.succeededIn(deployment.release.id),
  }
}

function requiredChecks(store: Store, { release }: Deployment, { track, environment }: DeploymentContext) {
  const { requireChecks } = environment.protection
  return requireChecks.length === 0
    ? []
    : checkStates(requireChecks, store.runs.ofCommit(track.project, release.commit))
}

/** Roles count as they are now, not as they were when the yes was said. */
export function givenApprovals(store: Store, deployment: string): readonly GivenApproval[] {
  return store.deployments.approvals(deployment).map((approval) => {
    const token = store.tokens.byName(approval.by)
    return { ...approval, roles: token?.roles ?? [], revoked: token !== null && token.revokedAt !== null }
  })
}

function missingVariables(store: Store, context: DeploymentContext, version: number): readonly string[] {
  const set = variableNames(store, context, version)
  return context.app.variables
    .filter((each) => each.required && each.default === null && !set.includes(each.name))
    .map(({ name }) => name)
}
