import type { Deployment } from '../../domain/deployment.ts'
import type { Store } from '../../store/store.ts'
import { applyDeployment } from '../apply.ts'
import { isApproved, mayApprove, mustBeCurrent, mustWait } from '../approvals.ts'
import { contextOf, trackOf } from '../context.ts'
import { findDeployment } from '../find.ts'
import { mustBePermitted, whoIs } from '../permissions.ts'
import { demandsFor } from '../safeguards.ts'
import type { Asked, Work } from './work.ts'

export function approvalActions(work: Work) {
  return {
    /** Says yes to the plan with this hash, as it is now. Fault `approval.plan_moved` when it is another one by now. */
    approve(id: string, plan: string, asked: Asked): Deployment {
      return work.one((tx) => {
        const { store } = tx.parts
        const { by, comment = null } = asked
        const deployment = findDeployment(store, id)
        mustBeApprover(store, deployment, by)
        mustWait(deployment)
        mustBeCurrent(tx, deployment, plan)
        const context = contextOf(store, deployment)
        mayApprove(deployment, demandsFor(store, context), whoIs(store, by))
        store.deployments.approve(id, { plan, by, at: tx.at, comment })
        tx.fact({ kind: 'deployment.approval', project: deployment.project, subject: id, by, data: { plan, comment } })
        const { afterMs: queueLimitMs, action: atLimit } = context.environment.policies.queueTimeout
        if (isApproved(tx, deployment)) applyDeployment(tx, id, { type: 'approved', plan, queueLimitMs, atLimit })
        return deployment
      })
    },

    reject(id: string, asked: Asked): Deployment {
      return work.transact((tx) => {
        const { store } = tx.parts
        const deployment = findDeployment(store, id)
        mustBeApprover(store, deployment, asked.by)
        mustWait(deployment)
        const demands = demandsFor(store, contextOf(store, deployment)).map((each) => ({ ...each, selfApproval: true }))
        mayApprove(deployment, demands, whoIs(store, asked.by))
        applyDeployment(tx, id, { type: 'rejected', by: asked.by, reason: asked.comment ?? 'no reason given' })
        return findDeployment(store, id)
      })
    },
  }
}

function mustBeApprover(store: Store, { track }: Deployment, by: string): void {
  const { project, environment } = trackOf(store, track)
  mustBePermitted(store, 'approve', { project, environment, by })
}
