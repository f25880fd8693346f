import { z } from 'zod'
import { name } from '../inputs.ts'
import { route } from '../route.ts'
import * as views from '../views.ts'

export const insightRoutes = {
  insights: route({
    ...{ method: 'GET', path: '/insights', scope: 'read', kind: 'json' },
    sentence:
      'Tells how often, how soon and how well changes come to production, or to the environment that is named: in the newest days, in as many before, and day by day.',
    query: z.strictObject({
      project: name.optional(),
      environment: name.optional(),
      days: z.coerce.number().int().min(1).max(366).default(30),
    }),
    answer: views.insights,
  }),
} as const
