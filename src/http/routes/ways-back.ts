import type { RollbackPlanView, WayBackView } from '../../api/views.ts'
import { findDeployment, findProject } from '../../engine/find.ts'
import type { RollbackPlan } from '../../engine/rollback-plans.ts'
import type { WayBack } from '../../engine/ways-back.ts'
import { Fault } from '../../lib/fault.ts'
import type { Handlers } from '../handlers.ts'
import type { ApiParts } from '../parts.ts'
import { deploymentView, planView } from '../views/deployment.ts'
import { refView } from '../views/release.ts'

type WayBackRoutes = Pick<Handlers, 'ways-back' | 'rollback.plan' | 'deployments.retry' | 'reverts.create'>

export function wayBackRoutes(parts: ApiParts): WayBackRoutes {
  const { actions, queries } = parts
  return {
    'ways-back': async ({ params, query }) => (await queries.waysBack({ ...params, app: query.app })).map(view),
    'rollback.plan': async ({ params, query }) => {
      const plans = await queries.rollbackPlans({ ...params, app: query.app }, query.version ?? null)
      return plans.map(rollbackView)
    },
    'deployments.retry': ({ params, body: { comment } }, { by }) =>
      deploymentView(actions.retryDeployment(params.deployment, { by, comment })),
    'reverts.create': async ({ params, body }, { by }) =>
      await actions.revert(params.project, await meant(parts, params.project, body.of), { by }),
  }
}

function view({ release, ...way }: WayBack): WayBackView {
  return { ...way, release: refView(release), title: release.title }
}

function rollbackView({ answer, warnings, reasonNeeded }: RollbackPlan): RollbackPlanView {
  return { plan: planView(answer), warnings, reasonNeeded }
}

/** A deployment stands for the commit it brought. */
async function meant({ store, repositories }: ApiParts, project: string, of: string) {
  findProject(store, project)
  if (/^d\d+$/.test(of)) {
    const deployment = findDeployment(store, of)
    if (deployment.project === project) return { commit: deployment.release.commit, deployment: of }
    throw new Fault('deployment.unknown', { details: { deployment: of } })
  }
  const commit = await repositories.resolve(project, of)
  if (commit === null) throw new Fault('commit.unknown', { details: { project, name: of } })
  return { commit, deployment: null }
}
