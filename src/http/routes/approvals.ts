import type { Principal } from '../auth.ts'
import type { Handlers } from '../handlers.ts'
import type { ApiParts } from '../parts.ts'
import { deploymentView } from '../views/deployment.ts'
import { whereIs } from '../where.ts'

type ApprovalRoutes = Pick<
  Handlers,
  'deployments.approve' | 'deployments.reject' | 'approvals.give' | 'rejections.give'
>

/** Who says it is the account that asks, and nothing that a request could say. */
export function approvalRoutes({ actions, store }: ApiParts): ApprovalRoutes {
  const mustSee = (deployments: readonly string[], principal: Principal) => {
    for (const deployment of deployments) whereIs(store, { deployment }, principal)
  }
  return {
    'deployments.approve': ({ params, body }, { by }) =>
      deploymentView(actions.approve(params.deployment, body.plan, { by, comment: body.comment })),
    'deployments.reject': ({ params, body }, { by }) =>
      deploymentView(actions.reject(params.deployment, body.reason, { by })),
    'approvals.give': ({ body: { approvals, comment } }, { by, principal }) => {
      mustSee(
        approvals.map(({ deployment }) => deployment),
        principal,
      )
      return actions.approveAll(approvals, { by, comment }).map(deploymentView)
    },
    'rejections.give': ({ body: { deployments, reason } }, { by, principal }) => {
      mustSee(deployments, principal)
      return actions.rejectAll(deployments, reason, { by }).map(deploymentView)
    },
  }
}
