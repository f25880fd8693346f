import { z } from 'zod'
import { atEnvironment, name, ofEnvironment } from '../inputs.ts'
import { route } from '../route.ts'
import * as views from '../views.ts'

const flag = z.enum(['true', 'false']).default('false')

export const instanceRoutes = {
  'instances.logs': route({
    ...{ method: 'GET', path: `${atEnvironment}/logs`, scope: 'read', kind: 'events' },
    sentence: 'Shows the newest lines of what runs here, and goes on with those that come.',
    params: ofEnvironment,
    query: z.strictObject({
      app: name.optional(),
      process: name.optional(),
      lines: z.coerce.number().int().min(0).max(10_000).default(100),
      follow: flag,
    }),
    answer: views.instanceLine,
  }),
} as const
