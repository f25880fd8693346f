import { z } from 'zod'
import { atEnvironment, atProject, list, ofEnvironment, ofProject } from '../inputs.ts'
import { route } from '../route.ts'
import * as views from '../views.ts'

export const safeguardRoutes = {
  'safeguards.list': route({
    ...{ method: 'GET', path: `${atProject}/safeguards`, scope: 'read', kind: 'json' },
    sentence: 'Tells what guards each environment at this moment, whatever the newest configuration says.',
    params: ofProject,
    answer: list(views.safeguards),
  }),
  'safeguards.forget': route({
    ...{ method: 'POST', path: `${atEnvironment}/safeguards/forget`, scope: 'admin', kind: 'json', confirm: true },
    sentence: 'Gives up what guards an environment, when nobody is left who could approve a change of it. Recorded.',
    params: ofEnvironment,
    body: z.strictObject({ reason: z.string().min(1).max(2_000) }),
    answer: z.object({ forgotten: z.string() }),
  }),
} as const
