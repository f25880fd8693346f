import type { Deployment } from '../domain/deployment.ts'
import type { Who } from '../domain/permission.ts'
import { movedBetween } from '../domain/plan-moves.ts'
import { type Demand, maySatisfy } from '../domain/safeguards.ts'
import { Fault } from '../lib/fault.ts'
import type { Store } from '../store/store.ts'
import { contextOf } from './context.ts'
import { currentPlan } from './current-plan.ts'
import { gateFacts } from './gate-facts.ts'
import { isLookedFor } from './surveys.ts'
import type { Tx } from './tx.ts'

/** Fault `approval.not_waiting` for a deployment that nobody is asked about. */
export function mustWait({ id, state }: Deployment): void {
  if (state.kind !== 'waiting')
    throw new Fault('approval.not_waiting', { details: { deployment: id, state: state.kind } })
}

/** Fault `approval.not_ready` while the plan does not show yet what becomes of the database. */
export function mustBeLookedAt(store: Store, deployment: Deployment): void {
  if (isLookedFor(store, deployment)) throw new Fault('approval.not_ready', { details: { deployment: deployment.id } })
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

/** Whether as many people as the protection demands have said yes to the plan as it is. */
export function isApproved(tx: Tx, deployment: Deployment): boolean {
  const reports = tx.parts.rules.askGates(gateFacts(tx.parts, deployment, tx.at))
  return reports.every(({ holds, answer }) => holds !== 'people' || answer.open)
}
