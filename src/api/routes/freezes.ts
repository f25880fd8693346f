import { z } from 'zod'
import { atEnvironment, list, name, ofEnvironment, span } from '../inputs.ts'
import { route } from '../route.ts'
import * as views from '../views.ts'

const reason = z.string().min(1).max(500)
const moment = z.int().min(0).max(8_640_000_000_000)

export const freezeRoutes = {
  'freezes.list': route({
    ...{ method: 'GET', path: `${atEnvironment}/freezes`, scope: 'read', kind: 'json' },
    sentence:
      'Tells what keeps an environment frozen now, what people have put up, and who lets things go all the same.',
    params: ofEnvironment,
    answer: views.freezeStatus,
  }),
  'freezes.add': route({
    ...{ method: 'POST', path: `${atEnvironment}/freezes`, scope: 'deploy', permission: 'lock', kind: 'json' },
    sentence: 'Freezes an environment for a time: from now or later on, until a moment or for so long.',
    params: ofEnvironment,
    body: z
      .strictObject({ reason, from: moment.optional(), until: moment.optional(), forMs: span(366).optional() })
      .refine(({ until, forMs }) => (until === undefined) !== (forMs === undefined), 'expected either until or forMs'),
    answer: views.freeze,
  }),
  'freezes.remove': route({
    ...{ method: 'POST', path: `${atEnvironment}/unfreeze`, scope: 'deploy', permission: 'lock', kind: 'json' },
    sentence: 'Takes away a freeze that somebody has put up, or all of them; gives what was taken away.',
    params: ofEnvironment,
    body: z.strictObject({ freeze: name.optional() }),
    answer: list(views.freeze),
  }),
  'freezes.override': route({
    ...{ method: 'POST', path: `${atEnvironment}/freezes/override`, scope: 'deploy', permission: 'lock', kind: 'json' },
    sentence: 'Lets deployments go for a while although the environment is frozen. Recorded with the reason.',
    params: ofEnvironment,
    body: z.strictObject({ reason, forMs: span(366) }),
    answer: views.freezeOverride,
  }),
} as const
