import { z } from 'zod'
import { atProject, limit, list, name, ofProject } from '../inputs.ts'
import { route } from '../route.ts'
import * as views from '../views.ts'

export const releaseRoutes = {
  'releases.list': route({
    ...{ method: 'GET', path: `${atProject}/releases`, scope: 'read', kind: 'json' },
    sentence: 'Lists releases, newest first.',
    params: ofProject,
    query: z.strictObject({ app: name.optional(), limit }),
    answer: list(views.release),
  }),
} as const
