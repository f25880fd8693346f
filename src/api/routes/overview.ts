import { z } from 'zod'
import { list, name } from '../inputs.ts'
import { route } from '../route.ts'
import * as views from '../views.ts'

export const overviewRoutes = {
  overview: route({
    ...{ method: 'GET', path: '/overview', scope: 'read', kind: 'json' },
    sentence:
      'Tells of all projects, or one, what is live where and what is amiss or waits, from what is stored: no target is asked.',
    query: z.strictObject({ project: name.optional() }),
    answer: list(views.overviewProject),
  }),
} as const
