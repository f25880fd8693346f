import { type Answers, missingYeses } from '../domain/gates/approval.ts'
import { movedInOneOff, type OneOffContext, type OneOffRun } from '../domain/one-off.ts'
import { Fault } from '../lib/fault.ts'
import type { Store } from '../store/store.ts'
import { hasSaidYes, mayApprove, mustBeOthers } from './approvals.ts'
import { contextOf, trackOf } from './context.ts'
import { givenApprovals } from './gate-facts.ts'
import { oneOffContext, oneOffPlan } from './one-offs.ts'
import { mustBePermitted, whoIs } from './permissions.ts'
import { demandsFor } from './safeguards.ts'
import type { Tx } from './tx.ts'

/**
 * What the command would run in now, which is what this hash stands for. Faults `approval.not_waiting`, and
 * `approval.plan_moved` with what is another release, other variables or other instances by now.
 */
export function mustBeCurrentOneOff(tx: Tx, oneOff: OneOffRun, hash: string): OneOffContext {
  const { id, where, track } = oneOff
  mustWaitForPeople(oneOff)
  const context = oneOffContext(tx.parts.store, trackOf(tx.parts.store, track), where)
  const now = oneOffPlan(oneOff, context)
  if (now.hash === hash) return context
  const asked = oneOffPlan(oneOff, oneOff)
  const moved = asked.hash === hash ? movedInOneOff(asked.plan, now.plan).join('; ') : 'that hash is not its plan'
  throw new Fault('approval.plan_moved', { details: { deployment: id, moved, plan: now.hash } })
}

/** Fault `approval.not_waiting` for a command that nobody is asked about. */
export function mustWaitForPeople({ id, state }: OneOffRun): void {
  if (state !== 'waiting') throw new Fault('approval.not_waiting', { details: { deployment: id, state } })
}

/** Who asked for it may take it back. */
export function mayRejectOneOff(store: Store, oneOff: OneOffRun, by: string): void {
  if (by !== oneOff.by) mayApproveOneOff(store, oneOff, by)
}

/** As `mustBeNews` of a deployment. */
export function mustBeNewsOfOneOff(store: Store, oneOff: OneOffRun, by: string): void {
  if (!hasSaidYes(store, oneOff, by)) return
  const { hash } = oneOffPlan(oneOff, oneOffContext(store, trackOf(store, oneOff.track), oneOff.where))
  mustBeOthers({ by, deployment: oneOff }, demandsOf(store, oneOff), answersTo(store, oneOff, hash))
}

export function mayApproveOneOff(store: Store, oneOff: OneOffRun, by: string): void {
  const where = trackOf(store, oneOff.track)
  mustBePermitted(store, 'approve', { ...where, by })
  mayApprove({ id: oneOff.id, own: [oneOff.by] }, demandsOf(store, oneOff), whoIs(store, by, where))
}

/** Whether as many people as are demanded here have said yes to this plan. */
export function oneOffIsApproved(store: Store, oneOff: OneOffRun, plan: string): boolean {
  return missingYeses(demandsOf(store, oneOff), answersTo(store, oneOff, plan)) === 0
}

function answersTo(store: Store, oneOff: OneOffRun, plan: string): Answers {
  const approvals = givenApprovals(store, oneOff.id, trackOf(store, oneOff.track))
  return { approvals, plan, deployment: oneOff, pushers: [] }
}

function demandsOf(store: Store, { track, release }: OneOffRun) {
  return demandsFor(store, contextOf(store, { track, release }))
}
