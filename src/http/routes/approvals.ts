import type { Handlers } from '../handlers.ts'
import type { ApiParts } from '../parts.ts'
import { deploymentView } from '../views/deployment.ts'

type ApprovalRoutes = Pick<
  Handlers,
  'deployments.approve' | 'deployments.reject' | 'approvals.give' | 'rejections.give'
>

/** Who says it is the name of the token, and nothing that a request could say. */
export function approvalRoutes({ actions }: ApiParts): ApprovalRoutes {
  return {
    'deployments.approve': ({ params, body }, { by }) =>
      deploymentView(actions.approve(params.deployment, body.plan, { by, comment: body.comment })),
    'deployments.reject': ({ params, body }, { by }) =>
      deploymentView(actions.reject(params.deployment, body.reason, { by })),
    'approvals.give': ({ body: { approvals, comment } }, { by }) =>
      actions.approveAll(approvals, { by, comment }).map(deploymentView),
    'rejections.give': ({ body: { deployments, reason } }, { by }) =>
      actions.rejectAll(deployments, reason, { by }).map(deploymentView),
  }
}
