import type { Deployment } from '../domain/deployment.ts'
import { type Answers, missingYeses } from '../domain/gates/approval.ts'
import type { Who } from '../domain/permission.ts'
import { movedBetween } from '../domain/plan-moves.ts'
import { type Demand, maySatisfy } from '../domain/safeguards.ts'
import { Fault } from '../lib/fault.ts'
import type { Store } from '../store/store.ts'
import { contextOf, trackOf } from './context.ts'
import { currentPlan } from './current-plan.ts'
import { findDeployment } from './find.ts'
import { gateFacts, givenApprovals } from './gate-facts.ts'
import { mustBePermitted, whoIs } from './permissions.ts'
import { demandsFor, pushersOf } from './safeguards.ts'
import { isLookedFor } from './surveys.ts'
import type { Tx } from './tx.ts'

/** Unless a yes of theirs would count. Fault `approval.not_ready` while the plan does not show yet what becomes of the database. */
export function mustBeApprovable(store: Store, id: string, by: string): Deployment {
  const deployment = mustBeAskedOf(store, id, by)
  if (isLookedFor(store, deployment)) throw new Fault('approval.not_ready', { details: { deployment: id } })
  mayApprove(ownOf(store, deployment), demandsOn(store, deployment), personThere(store, deployment, by))
  return deployment
}

/** Whoever asked for it may always take it back by a no. */
export function mustBeRejectable(store: Store, id: string, by: string): void {
  const deployment = mustBeAskedOf(store, id, by)
  const demands = demandsOn(store, deployment).map((each) => ({ ...each, selfApproval: true }))
  mayApprove(ownOf(store, deployment), demands, personThere(store, deployment, by))
}

/** Fault `approval.not_waiting` for a deployment that nobody is asked about. */
function mustBeAskedOf(store: Store, id: string, by: string): Deployment {
  const deployment = findDeployment(store, id)
  const { state, track } = deployment
  const { project, environment } = trackOf(store, track)
  mustBePermitted(store, 'approve', { project, environment, by })
  if (state.kind !== 'waiting')
    throw new Fault('approval.not_waiting', {
      details: { deployment: id, state: state.kind === 'finished' ? state.outcome : state.kind },
    })
  return deployment
}

function demandsOn(store: Store, deployment: Deployment): readonly Demand[] {
  return demandsFor(store, contextOf(store, deployment))
}

function personThere(store: Store, { track }: Deployment, by: string): Who {
  return whoIs(store, by, trackOf(store, track))
}

function ownOf(store: Store, deployment: Deployment): Asked {
  return { id: deployment.id, own: [deployment.by, ...pushersOf(store, deployment)] }
}

/** Fault `approval.plan_moved` unless this hash is the plan as it is now. */
export function mustBeCurrent(tx: Tx, deployment: Deployment, hash: string): void {
  const { store } = tx.parts
  const now = currentPlan(store, deployment, contextOf(store, deployment))
  if (now.hash === hash) {
    store.deployments.savePlan(deployment.id, hash, now.plan)
    return
  }
  const seen = store.deployments.plan(deployment.id, hash)
  const moved = seen === null ? 'that hash was never its plan' : movedBetween(seen, now.plan).join('; ')
  throw new Fault('approval.plan_moved', { details: { deployment: deployment.id, moved, plan: now.hash } })
}

/** What people are asked about, and whose own it is: of whoever asked for it, or pushed it. */
interface Asked {
  readonly id: string
  readonly own: readonly string[]
}

/** Fault `approval.not_allowed` unless a yes of this person would count: for a deployment, or anything else that people are asked about. */
export function mayApprove({ id, own }: Asked, demands: readonly Demand[], who: Who): void {
  if (demands.length === 0 || demands.some((demand) => maySatisfy(demand, who, own))) return
  const isOwn = demands.some((demand) => maySatisfy({ ...demand, selfApproval: true }, who, own))
  const named = [
    ...new Set(demands.flatMap(({ approvers, permitted }) => (approvers.length > 0 ? approvers : (permitted ?? [])))),
  ]
  const problem = isOwn ? 'whoever pushed it or asked for it does not approve it here' : `only ${named.join(', ')} may`
  throw new Fault('approval.not_allowed', { details: { by: who.name, deployment: id, problem } })
}

/** Fault `approval.given` where it is not worth offering: this person has said yes to the plan as it is, and others are asked. */
export function mustBeNews(store: Store, deployment: Deployment, by: string): void {
  if (hasSaidYes(store, deployment, by))
    mustBeOthers({ by, deployment }, demandsOn(store, deployment), answersTo(store, deployment))
}

/** To whatever plan. */
export function hasSaidYes({ deployments }: Store, { id }: { readonly id: string }, by: string): boolean {
  return deployments.approvals(id).some((each) => each.by === by)
}

interface Said {
  readonly by: string
  readonly deployment: { readonly id: string }
}

/** Fault `approval.given` when others than this person are asked, whose yes to this very plan is given. */
export function mustBeOthers({ by, deployment: { id } }: Said, demands: readonly Demand[], answers: Answers): void {
  const missing = missingYeses(demands, answers)
  if (missing === 0 || !answers.approvals.some((each) => each.by === by && each.plan === answers.plan)) return
  throw new Fault('approval.given', { details: { by, deployment: id, missing } })
}

function answersTo(store: Store, deployment: Deployment): Answers {
  const context = contextOf(store, deployment)
  const approvals = givenApprovals(store, deployment.id, context.track)
  const { hash } = currentPlan(store, deployment, context)
  return { deployment, approvals, plan: hash, pushers: pushersOf(store, deployment) }
}

/** Whether as many people as the protection demands have said yes to the plan as it is. */
export function isApproved(tx: Tx, deployment: Deployment): boolean {
  const reports = tx.parts.rules.askGates(gateFacts(tx.parts, deployment, tx.at))
  return reports.every(({ holds, answer }) => holds !== 'people' || answer.open)
}
