import { tracksIn } from '../../engine/find.ts'
import type { Handlers } from '../handlers.ts'
import type { ApiParts } from '../parts.ts'
import { deploymentView, planView } from '../views/deployment.ts'
import { lockView, trackView } from '../views/track.ts'

type EnvironmentRoutes = Pick<
  Handlers,
  'status' | 'plan' | 'deploy' | 'redeploy' | 'rollback' | 'promote' | 'scale' | 'lock' | 'unlock'
>

export function environmentRoutes({ store, actions, queries }: ApiParts): EnvironmentRoutes {
  return {
    status: async ({ params, query }) => {
      const { environment = null } = query
      if (environment !== null) tracksIn(store, { ...params, environment })
      return (await queries.status(params.project, environment)).map(trackView)
    },
    plan: async ({ params, query }) =>
      (await queries.plan({ ...params, app: query.app }, query.version ?? null)).map(planView),
    deploy: ({ params, body }, { by }) => {
      const { app, version = null, overrideHold = null, overrideFreeze = null, comment } = body
      const wish = { version, overrideHold, overrideFreeze }
      return actions.deploy({ ...params, app }, wish, { by, comment }).map(deploymentView)
    },
    redeploy: ({ params, body: { app, comment } }, { by }) =>
      actions.redeploy({ ...params, app }, { by, comment }).map(deploymentView),
    rollback: async ({ params, body }, { by }) => {
      const { app, version = null, comment } = body
      return (await actions.rollback({ ...params, app }, { version }, { by, comment })).map(deploymentView)
    },
    promote: ({ params, body: { app, to, comment } }, { by }) =>
      actions.promote({ ...params, app, to }, { by, comment }).map(deploymentView),
    scale: ({ params, body: { app, counts, comment } }, { by }) =>
      deploymentView(actions.scale({ ...params, app }, counts, { by, comment })),
    lock: ({ params, body: { reason, forMs = null } }, { by }) =>
      lockView(actions.lock(params, { reason, forMs }, { by })),
    unlock: ({ params }, { by }) => ({ unlocked: actions.unlock(params, { by }) }),
  }
}
