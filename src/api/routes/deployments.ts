import { z } from 'zod'
import { deployments, limit, list, name } from '../inputs.ts'
import { route } from '../route.ts'
import * as views from '../views.ts'

const ofDeployment = z.strictObject({ deployment: name })

export const deploymentRoutes = {
  'deployments.list': route({
    ...{ method: 'GET', path: '/deployments', scope: 'read', kind: 'json' },
    sentence: 'Lists deployments, newest first.',
    query: z.strictObject({ project: name.optional(), environment: name.optional(), app: name.optional(), limit }),
    answer: deployments,
  }),
  'deployments.show': route({
    ...{ method: 'GET', path: '/deployments/:deployment', scope: 'read', kind: 'json' },
    sentence: 'Shows one deployment with its gates, approvals and timeline.',
    params: ofDeployment,
    answer: views.deploymentDetail,
  }),
  'deployments.plan': route({
    ...{ method: 'GET', path: '/deployments/:deployment/plan', scope: 'read', kind: 'json' },
    sentence:
      'Shows what a deployment will do, as of now, and the hash to approve it by. Unless told not to, it waits a moment while somebody looks for pending migrations.',
    params: ofDeployment,
    query: z.strictObject({ wait: z.enum(['true', 'false']).default('true') }),
    answer: views.plan,
  }),
  'deployments.decisions': route({
    ...{ method: 'GET', path: '/deployments/:deployment/decisions', scope: 'read', kind: 'json' },
    sentence: 'Tells what the scheduler decided about a deployment, with what it knew, oldest first.',
    params: ofDeployment,
    answer: list(views.decision),
  }),
  'deployments.traffic': route({
    ...{ method: 'GET', path: '/deployments/:deployment/traffic', scope: 'read', kind: 'json' },
    sentence:
      'Tells what visitors got while a deployment moved, slice by slice and by release, oldest first; nothing where requests were not counted, or 90 days later.',
    params: ofDeployment,
    answer: list(views.trafficSlice),
  }),
  'deployments.cancel': route({
    ...{ method: 'POST', path: '/deployments/:deployment/cancel', scope: 'deploy', permission: 'cancel', kind: 'json' },
    sentence: 'Ends a deployment; one under way goes back to what served before.',
    params: ofDeployment,
    answer: views.deployment,
  }),
} as const
