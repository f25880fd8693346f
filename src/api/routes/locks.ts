import { z } from 'zod'
import { atEnvironment, ofEnvironment, span } from '../inputs.ts'
import { route } from '../route.ts'
import * as views from '../views.ts'

export const lockRoutes = {
  lock: route({
    ...{ method: 'POST', path: `${atEnvironment}/lock`, scope: 'deploy', permission: 'lock', kind: 'json' },
    sentence: 'Puts a stop sign on an environment, for good or for a while.',
    params: ofEnvironment,
    body: z.strictObject({
      reason: z.string().min(1).max(500),
      forMs: span(366).optional(),
    }),
    answer: views.lock,
  }),
  unlock: route({
    ...{ method: 'POST', path: `${atEnvironment}/unlock`, scope: 'deploy', permission: 'lock', kind: 'json' },
    sentence: 'Takes the stop sign away; false when there was none.',
    params: ofEnvironment,
    answer: z.object({ unlocked: z.boolean() }),
  }),
} as const
