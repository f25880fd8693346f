import { z } from 'zod'
import { atEnvironment, atProject, comment, list, name, ofEnvironment, ofProject } from '../inputs.ts'
import { route } from '../route.ts'
import * as views from '../views.ts'

export const wayBackRoutes = {
  'ways-back': route({
    ...{ method: 'GET', path: `${atEnvironment}/ways-back`, scope: 'read', kind: 'json' },
    sentence:
      'Lists the releases that were live here, and for each whether one can go back to it, and what to know before.',
    params: ofEnvironment,
    query: z.strictObject({ app: name.optional() }),
    answer: list(views.wayBack),
  }),
  'rollback.plan': route({
    ...{ method: 'GET', path: `${atEnvironment}/rollback`, scope: 'read', kind: 'json' },
    sentence: 'Shows what going back would do: to the release that was live before, or to the one named.',
    params: ofEnvironment,
    query: z.strictObject({ app: name.optional(), version: name.optional() }),
    answer: list(views.rollbackPlan),
  }),
  'deployments.retry': route({
    ...{ method: 'POST', path: '/deployments/:deployment/retry', scope: 'deploy', permission: 'deploy', kind: 'json' },
    sentence:
      'Sends the release of a deployment that did not succeed once more, in the name of whoever asked for it first.',
    params: z.strictObject({ deployment: name }),
    body: z.strictObject({ comment }),
    answer: views.deployment,
  }),
  'reverts.create': route({
    ...{ method: 'POST', path: `${atProject}/reverts`, scope: 'deploy', kind: 'json' },
    sentence:
      'Makes a commit that takes back what a commit, or the one of a deployment, changed; on a branch of its own.',
    params: ofProject,
    body: z.strictObject({ of: name }),
    answer: views.revertMade,
  }),
} as const
