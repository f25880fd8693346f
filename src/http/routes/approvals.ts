import type { Run } from '../../domain/run.ts'
import { obstaclesToAnswering } from '../../engine/obstacles.ts'
import { type Principal, projectsAsked } from '../auth.ts'
import type { Handlers } from '../handlers.ts'
import type { ApiParts } from '../parts.ts'
import { deploymentView } from '../views/deployment.ts'
import { runView } from '../views/run.ts'
import { whereIs } from '../where.ts'
import { oneOffDetail } from './one-offs.ts'

type ApprovalRoutes = Pick<
  Handlers,
  'approvals.list' | 'deployments.approve' | 'deployments.reject' | 'approvals.give' | 'rejections.give'
>

/** Who says it is the account that asks, and nothing that a request could say. */
export function approvalRoutes(parts: ApiParts): ApprovalRoutes {
  const { actions, store, queries } = parts
  const mustSee = (deployments: readonly string[], principal: Principal) => {
    for (const deployment of deployments) whereIs(store, { deployment }, principal)
  }
  return {
    'approvals.list': async ({ query }, { by, principal }) => {
      const projects = projectsAsked(principal, query.project)
      const isSeen = ({ state, project }: Run) => state === 'waiting' && (projects?.includes(project) ?? true)
      return {
        deployments: store.deployments.waiting(projects).map((deployment) => ({
          deployment: deploymentView(deployment),
          title: store.releases.get(deployment.release.id)?.title ?? '',
          plan: queries.hashOf(deployment),
          obstacles: obstaclesToAnswering(store, deployment.id, by),
        })),
        oneOffs: await Promise.all(store.oneOffs.waiting(projects).map((oneOff) => oneOffDetail(parts, oneOff, by))),
        runs: store.runs.unfinished().filter(isSeen).map(runView),
      }
    },
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
