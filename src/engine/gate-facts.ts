import { checkStates } from '../domain/checks.ts'
import type { Deployment } from '../domain/deployment.ts'
import type { GivenApproval } from '../domain/gates/gate.ts'
import { askGates, type GateFacts } from '../domain/gates.ts'
import { aheadOf } from '../domain/queue.ts'
import type { Store } from '../store/store.ts'
import { contextOf, currentPlan, type DeploymentContext, variableNames } from './context.ts'
import { elsewhereOf } from './elsewhere.ts'
import { demandsFor } from './safeguards.ts'
import { boundVariables } from './variables.ts'

/** Everything the gates look at. */
export function gateFacts(store: Store, deployment: Deployment, at: number): GateFacts {
  const elsewhere = elsewhereOf(store, deployment, (other) => couldGo(factsOnTrack(store, other, at)))
  return { ...factsOnTrack(store, deployment, at), elsewhere }
}

/** Nothing but other deployments keeps it. */
function couldGo(facts: GateFacts): boolean {
  return askGates(facts).every(({ answer }) => answer.open || answer.behind !== undefined)
}

/** As if there were no other tracks. */
function factsOnTrack(store: Store, deployment: Deployment, at: number): GateFacts {
  const context = contextOf(store, deployment)
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
    ...aheadOf(deployment, store.deployments.open(deployment.track)),
    elsewhere: [],
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
