import { z } from 'zod'
import { atEnvironment, name, ofEnvironment, offset } from '../inputs.ts'
import { route } from '../route.ts'
import * as views from '../views.ts'

const ofOneOff = z.strictObject({ oneOff: name })
/** What the system can hand to a program. */
const word = z
  .string()
  .max(32 * 1024)
  .refine((text) => !text.includes('\0') && text.isWellFormed(), 'a NUL character or half a character')

export const oneOffRoutes = {
  'one-offs.start': route({
    ...{ method: 'POST', path: `${atEnvironment}/one-offs`, scope: 'deploy', kind: 'json' },
    sentence: 'Runs a command once, in the release and with the variables that are live here.',
    params: ofEnvironment,
    body: z.strictObject({
      app: name.optional(),
      command: z.array(word).min(1).max(500),
      limitMs: z
        .int()
        .min(1_000)
        .max(7 * 86_400_000)
        .default(3_600_000),
    }),
    answer: views.oneOff,
  }),
  'one-offs.show': route({
    ...{ method: 'GET', path: '/one-offs/:oneOff', scope: 'read', kind: 'json' },
    sentence: 'Shows a one-off command and how it ended.',
    params: ofOneOff,
    answer: views.oneOff,
  }),
  'one-offs.log': route({
    ...{ method: 'GET', path: '/one-offs/:oneOff/log', scope: 'read', kind: 'json' },
    sentence:
      'Reads a piece of what a one-off command, or the migration `d42-migrate` or the smoke steps `d42-smoke` of a deployment, printed.',
    params: ofOneOff,
    query: z.strictObject({ offset }),
    answer: views.logPart,
  }),
  'one-offs.log.follow': route({
    ...{ method: 'GET', path: '/one-offs/:oneOff/log/follow', scope: 'read', kind: 'events' },
    sentence:
      'Reads what a one-off command, or the migration of a deployment, printed, and goes on until it has ended. Ids are byte offsets.',
    params: ofOneOff,
    query: z.strictObject({ offset }),
    answer: views.logPart,
  }),
} as const
