import { z } from 'zod'
import { atEnvironment, atProject, comment, deployments, list, name, ofEnvironment, ofProject } from '../inputs.ts'
import { route } from '../route.ts'
import * as views from '../views.ts'

/** How many are too many is the engine's to say. */
const counts = z
  .record(z.string().min(1).max(100), z.int().min(0))
  .refine((named) => Object.keys(named).length > 0, 'names no process')

export const environmentRoutes = {
  status: route({
    ...{ method: 'GET', path: `${atProject}/status`, scope: 'read', kind: 'json' },
    sentence: 'Tells for each app and environment what is desired, attempted, running and serving, and what waits.',
    params: ofProject,
    query: z.strictObject({ environment: name.optional() }),
    answer: list(views.track),
  }),
  plan: route({
    ...{ method: 'GET', path: `${atEnvironment}/plan`, scope: 'read', kind: 'json' },
    sentence: 'Shows what sending a release here would do; the newest one when none is named.',
    params: ofEnvironment,
    query: z.strictObject({ app: name.optional(), version: name.optional() }),
    answer: list(views.plan),
  }),
  deploy: route({
    ...{ method: 'POST', path: `${atEnvironment}/deploy`, scope: 'deploy', permission: 'deploy', kind: 'json' },
    sentence: 'Sends a release on its way here; the newest one when none is named.',
    params: ofEnvironment,
    body: z.strictObject({
      ...{ app: name.optional(), version: name.optional(), comment },
      /** Why it may come although what runs here has not gone on yet. */
      overrideHold: z.string().min(1).max(2_000).optional(),
      /** Why it may go although the environment is frozen. */
      overrideFreeze: z.string().min(1).max(2_000).optional(),
    }),
    answer: deployments,
  }),
  redeploy: route({
    ...{ method: 'POST', path: `${atEnvironment}/redeploy`, scope: 'deploy', permission: 'redeploy', kind: 'json' },
    sentence: 'Replaces every instance by a new one of the release that is live, with the variables as they are now.',
    params: ofEnvironment,
    body: z.strictObject({ app: name.optional(), comment }),
    answer: deployments,
  }),
  rollback: route({
    ...{
      method: 'POST',
      path: `${atEnvironment}/rollback`,
      scope: 'deploy',
      permission: 'rollback',
      kind: 'json',
      limitMs: 5 * 60_000,
    },
    sentence: 'Goes back to the release that was live before, or to the one named.',
    params: ofEnvironment,
    body: z.strictObject({ app: name.optional(), version: name.optional(), comment }),
    answer: deployments,
  }),
  promote: route({
    ...{ method: 'POST', path: `${atEnvironment}/promote`, scope: 'deploy', permission: 'promote', kind: 'json' },
    sentence: 'Sends what is live here to another environment: the same archive, nothing is built.',
    params: ofEnvironment,
    body: z.strictObject({ app: name.optional(), to: name, comment }),
    answer: deployments,
  }),
  scale: route({
    ...{ method: 'POST', path: `${atEnvironment}/scale`, scope: 'deploy', permission: 'scale', kind: 'json' },
    sentence: 'Changes how many instances of processes run.',
    params: ofEnvironment,
    body: z.strictObject({ app: name.optional(), counts, comment }),
    answer: views.deployment,
  }),
} as const
