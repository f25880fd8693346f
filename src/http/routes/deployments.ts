import type { Deployment } from '../../domain/deployment.ts'
import type { Live } from '../../domain/track.ts'
import { findDeployment } from '../../engine/find.ts'
import { obstaclesTo } from '../../engine/obstacles.ts'
import { carriedBy } from '../../engine/queue-status.ts'
import { type Principal, projectsAsked, sees } from '../auth.ts'
import type { Handlers } from '../handlers.ts'
import type { ApiParts } from '../parts.ts'
import { carriedView, decisionView, deploymentView, gateView, planView } from '../views/deployment.ts'
import { deploymentEnergy } from '../views/energy.ts'
import { refView } from '../views/release.ts'
import { trafficViews } from '../views/traffic.ts'

type DeploymentRoutes = Pick<
  Handlers,
  | 'deployments.list'
  | 'deployments.show'
  | 'deployments.plan'
  | 'deployments.decisions'
  | 'deployments.traffic'
  | 'deployments.cancel'
>

export function deploymentRoutes(parts: ApiParts): DeploymentRoutes {
  const { store, actions, queries } = parts
  return {
    'deployments.list': ({ query }, { principal }) => deployments(parts, query, principal),
    'deployments.show': ({ params }, { by }) => {
      const deployment = findDeployment(store, params.deployment)
      const isOpen = deployment.state.kind === 'waiting' || deployment.state.kind === 'queued'
      return {
        ...deploymentView(deployment),
        carries: carriedBy(parts, deployment.id).map(carriedView),
        gates: isOpen ? queries.planOf(deployment.id).gates.map(gateView) : [],
        approvals: store.deployments.approvals(deployment.id),
        timeline: store.facts.about(deployment.id),
        energy: deploymentEnergy(store, deployment),
        settledPlan: deployment.startedAt === null ? null : store.deployments.settledPlan(deployment.id),
        url: queries.urlOf(deployment),
        live: liveView(store.tracks.get(deployment.track)?.live ?? null),
        obstacles: obstaclesTo(store, deployment.id, by),
      }
    },
    'deployments.plan': async ({ params, query }) =>
      planView(await queries.wholePlanOf(params.deployment, query.wait === 'false' ? 0 : undefined)),
    'deployments.decisions': ({ params }) => {
      const { id } = findDeployment(store, params.deployment)
      return store.decisions.of(id).map(decisionView)
    },
    'deployments.traffic': ({ params }) => trafficViews(store, findDeployment(store, params.deployment)),
    'deployments.cancel': ({ params }, { by }) => deploymentView(actions.cancelDeployment(params.deployment, { by })),
  }
}

function liveView(live: Live | null) {
  return live === null ? null : { release: refView(live.release), deployment: live.deployment }
}

type Listing = { readonly [K in 'project' | 'environment' | 'app']?: string | undefined } & { readonly limit: number }

/** Of one environment or app: the newest of each of its tracks, and of these the newest. */
function deployments({ store }: ApiParts, { project, environment, app, limit }: Listing, principal: Principal) {
  if (environment === undefined && app === undefined) {
    return store.deployments.newest(projectsAsked(principal, project), limit).map(deploymentView)
  }
  const tracks = store.tracks
    .list(project ?? null)
    .filter(({ project: name }) => sees(principal, name))
    .filter((track) => (environment ?? track.environment) === track.environment && (app ?? track.app) === track.app)
  const found = tracks.flatMap(({ id }) => store.deployments.list(id, limit))
  return found
    .sort((a, b) => numberOf(b) - numberOf(a))
    .slice(0, limit)
    .map(deploymentView)
}

function numberOf({ id }: Deployment): number {
  return Number(id.slice(1))
}
