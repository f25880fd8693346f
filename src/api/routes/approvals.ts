import { z } from 'zod'
import { comment, deployments, hash, name } from '../inputs.ts'
import { route } from '../route.ts'
import * as views from '../views.ts'

const ofDeployment = z.strictObject({ deployment: name })
const reason = z.string().trim().min(1, 'expected some words').max(2_000)

/** As many as a person can tick. */
const several = <T extends z.ZodType>(item: T, nameOf: (each: z.output<T>) => string) =>
  z
    .array(item)
    .min(1)
    .max(200)
    .refine((all) => new Set(all.map(nameOf)).size === all.length, 'names one twice')

export const approvalRoutes = {
  'approvals.list': route({
    ...{ method: 'GET', path: '/approvals', scope: 'read', kind: 'json' },
    sentence: 'Lists everything that waits for somebody to say yes: deployments, commands, and proposals from outside.',
    query: z.strictObject({ project: name.optional() }),
    answer: views.awaiting,
  }),
  'deployments.approve': route({
    ...{
      method: 'POST',
      path: '/deployments/:deployment/approve',
      scope: 'deploy',
      permission: 'approve',
      kind: 'json',
    },
    sentence: 'Says yes to a plan by its hash.',
    params: ofDeployment,
    body: z.strictObject({ plan: hash, comment }),
    answer: views.deployment,
  }),
  'deployments.reject': route({
    ...{
      method: 'POST',
      path: '/deployments/:deployment/reject',
      scope: 'deploy',
      permission: 'approve',
      kind: 'json',
    },
    sentence: 'Says no to a deployment that waits for approval, with the reason.',
    params: ofDeployment,
    body: z.strictObject({ reason }),
    answer: views.deployment,
  }),
  'approvals.give': route({
    ...{ method: 'POST', path: '/approvals', scope: 'deploy', kind: 'json' },
    sentence: 'Says yes to several plans in one act, each by its hash and recorded for itself: all of them or none.',
    body: z.strictObject({
      approvals: several(z.strictObject({ deployment: name, plan: hash }), ({ deployment }) => deployment),
      comment,
    }),
    answer: deployments,
  }),
  'rejections.give': route({
    ...{ method: 'POST', path: '/rejections', scope: 'deploy', kind: 'json' },
    sentence: 'Says no to several deployments in one act, for one reason: all of them or none.',
    body: z.strictObject({ deployments: several(name, String), reason }),
    answer: deployments,
  }),
} as const
