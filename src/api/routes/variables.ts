import { z } from 'zod'
import {
  atEnvironment,
  atProject,
  comment,
  deployments,
  limit,
  list,
  name,
  ofEnvironment,
  ofProject,
  span,
} from '../inputs.ts'
import { route } from '../route.ts'
import * as views from '../views.ts'

const ofVariable = ofEnvironment.extend({ name })

export const variableRoutes = {
  'variables.list': route({
    ...{ method: 'GET', path: `${atEnvironment}/variables`, scope: 'read', kind: 'json' },
    sentence: 'Lists the variables that were set here; of secrets the names only.',
    params: ofEnvironment,
    answer: views.variables,
  }),
  'variables.set': route({
    ...{
      method: 'PUT',
      path: `${atEnvironment}/variables`,
      scope: 'maintain',
      permission: 'config',
      kind: 'json',
      confirm: true,
    },
    sentence: 'Sets variables, or unsets those whose value is null, all under one new version.',
    params: ofEnvironment,
    body: z.strictObject({
      changes: z
        .array(
          z.strictObject({
            name: z.string().min(1).max(128),
            value: z
              .string()
              .max(64 * 1024)
              .nullable(),
            /** Left out: as it is, or as the configuration says. */
            secret: z.boolean().optional(),
          }),
        )
        .min(1)
        .max(500),
      /** Why, for the history. */
      reason: z.string().max(2_000).optional(),
    }),
    answer: z.object({ version: z.int() }),
  }),
  'variables.history': route({
    ...{ method: 'GET', path: `${atEnvironment}/variables/history`, scope: 'read', kind: 'json' },
    sentence: 'Lists who changed which variable here, when and why; newest first.',
    params: ofEnvironment,
    query: z.strictObject({ name: name.optional(), limit }),
    answer: list(views.pastChange),
  }),
  'variables.matrix': route({
    ...{ method: 'GET', path: `${atProject}/variables`, scope: 'read', kind: 'json' },
    sentence: 'Tells for each variable and environment where its value is from, what is missing, and what nobody uses.',
    params: ofProject,
    answer: views.matrix,
  }),
  'variables.waiting': route({
    ...{ method: 'GET', path: `${atEnvironment}/variables/waiting`, scope: 'read', kind: 'json' },
    sentence: 'Tells for each app here what its variables are now against those it runs with; names only.',
    params: ofEnvironment,
    answer: list(views.variablesWaiting),
  }),
  'variables.compare': route({
    ...{ method: 'GET', path: `${atEnvironment}/variables/compare`, scope: 'read', kind: 'json' },
    sentence: 'Tells which variables two environments do not have alike. Two secrets of one name are not compared.',
    params: ofEnvironment,
    query: z.strictObject({ with: name }),
    answer: list(views.difference),
  }),
  'variables.waive': route({
    ...{
      method: 'PUT',
      path: `${atEnvironment}/variables/:name/waiver`,
      scope: 'maintain',
      permission: 'config',
      kind: 'json',
    },
    sentence: 'Says that an environment may be without a required variable for a while.',
    params: ofVariable,
    body: z.strictObject({
      reason: z.string().min(1).max(2_000),
      forMs: span(366),
    }),
    answer: views.waiver,
  }),
  'variables.unwaive': route({
    ...{
      method: 'DELETE',
      path: `${atEnvironment}/variables/:name/waiver`,
      scope: 'maintain',
      permission: 'config',
      kind: 'json',
    },
    sentence: 'Takes that word back.',
    params: ofVariable,
    answer: z.object({ ended: z.boolean() }),
  }),
  'variables.apply': route({
    ...{
      method: 'POST',
      path: `${atEnvironment}/variables/apply`,
      scope: 'deploy',
      permission: 'redeploy',
      kind: 'json',
    },
    sentence:
      'Gives what runs here its variables as they are now: a rollout of the release that is live, where they were changed.',
    params: ofEnvironment,
    body: z.strictObject({ app: name.optional(), comment }),
    answer: deployments,
  }),
} as const
