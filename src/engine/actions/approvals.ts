import type { Deployment } from '../../domain/deployment.ts'
import { Fault, messageOf } from '../../lib/fault.ts'
import { applyDeployment } from '../apply.ts'
import { isApproved, mustBeApprovable, mustBeCurrent, mustBeRejectable } from '../approvals.ts'
import { contextOf } from '../context.ts'
import { findDeployment } from '../find.ts'
import type { Tx } from '../tx.ts'
import type { Asked, Work } from './work.ts'

/** A yes to one plan of one deployment. */
export interface Yes {
  readonly deployment: string
  /** Hash of the plan that was looked at. */
  readonly plan: string
}

export function approvalActions(work: Work) {
  return {
    /** Says yes to the plan with this hash, as it is now. Fault `approval.plan_moved` when it is another one by now. */
    approve(deployment: string, plan: string, asked: Asked): Deployment {
      return work.one((tx) => {
        mustBeSayable(tx, { deployment, plan }, asked)
        return sayYes(tx, { deployment, plan }, asked)
      })
    },

    /**
     * Says yes to several plans in one act, each recorded for itself. All of them or none: with one that has moved nobody can know
     * what the person would say to the others. Fault `approval.none_given` names each that is in the way.
     */
    approveAll(yeses: readonly Yes[], asked: Asked): readonly Deployment[] {
      return work.all((tx) => {
        allOrNone(
          yeses,
          ({ deployment }) => deployment,
          (yes) => mustBeSayable(tx, yes, asked),
        )
        return yeses.map((yes) => sayYes(tx, yes, asked))
      })
    },

    reject(deployment: string, reason: string, asked: Asked): Deployment {
      return work.one((tx) => {
        mustBeRejectable(tx.parts.store, deployment, asked.by)
        return sayNo(tx, { deployment, reason }, asked)
      })
    },

    /** Says no to several in one act, for one reason; all of them or none. */
    rejectAll(deployments: readonly string[], reason: string, asked: Asked): readonly Deployment[] {
      return work.all((tx) => {
        allOrNone(deployments, String, (deployment) => mustBeRejectable(tx.parts.store, deployment, asked.by))
        return deployments.map((deployment) => sayNo(tx, { deployment, reason }, asked))
      })
    },
  }
}

function mustBeSayable(tx: Tx, { deployment: id, plan }: Yes, { by }: Asked): void {
  const deployment = mustBeApprovable(tx.parts.store, id, by)
  mustBeCurrent(tx, deployment, plan)
}

function sayYes(tx: Tx, { deployment: id, plan }: Yes, { by, comment = null }: Asked): Deployment {
  const { store } = tx.parts
  const deployment = findDeployment(store, id)
  const isNew = store.deployments.approve(id, { plan, by, at: tx.at, comment })
  // Said again, as after an answer that was lost, it is one yes; what is said to it more is recorded.
  if (isNew || comment !== null)
    tx.fact({ kind: 'deployment.approval', project: deployment.project, subject: id, by, data: { plan, comment } })
  const { afterMs: queueLimitMs, action: atLimit } = contextOf(store, deployment).environment.policies.queueTimeout
  if (isApproved(tx, deployment)) applyDeployment(tx, id, { type: 'approved', plan, queueLimitMs, atLimit })
  return deployment
}

function sayNo(tx: Tx, { deployment, reason }: { deployment: string; reason: string }, { by }: Asked): Deployment {
  applyDeployment(tx, deployment, { type: 'rejected', by, reason })
  return findDeployment(tx.parts.store, deployment)
}

/** Looks at every one before anything is said, so that all that is in the way is told at once. */
function allOrNone<T>(all: readonly T[], nameOf: (each: T) => string, look: (each: T) => void): void {
  const problems = all.flatMap((each) => {
    try {
      look(each)
      return []
    } catch (error) {
      if (!(error instanceof Fault) || error.code.startsWith('store.')) throw error
      return [`${nameOf(each)}: ${messageOf(error)}`]
    }
  })
  if (problems.length > 0) throw new Fault('approval.none_given', { details: { problems: problems.join('; ') } })
}
