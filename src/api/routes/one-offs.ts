import { z } from 'zod'
import { atEnvironment, comment, hash, limit, list, name, ofEnvironment, offset, span } from '../inputs.ts'
import { route } from '../route.ts'
import * as views from '../views.ts'

export const ofOneOff = z.strictObject({ oneOff: name })
/** What the system can hand to a program. */
const word = z
  .string()
  .max(32 * 1024)
  .refine((text) => !text.includes('\0') && text.isWellFormed(), 'a NUL character or half a character')

/** What every command is asked for with. */
export const ofCommand = z.strictObject({
  app: name.optional(),
  command: z.array(word).min(1).max(500).optional(),
  /** The app's name for a command, in place of words. */
  name: name.optional(),
  /** The tick without which a destructive command is refused. */
  destructive: z.boolean().default(false),
  /** On this instance, with what it sees, in place of beside them. */
  instance: name.optional(),
  comment,
  /** Left out: as the app says, or an hour. */
  limitMs: span(7).optional(),
})

const wish = ofCommand
  .extend({
    dryRun: z.boolean().default(false),
    /** On all instances (of a process), one after the other. */
    all: z.boolean().default(false),
    process: name.optional(),
  })
  .refine((body) => (body.command === undefined) !== (body.name === undefined), 'either `command` or `name`')
  .refine((body) => !(body.all && body.instance !== undefined), 'either `all` or `instance`')
  .refine((body) => body.all || body.process === undefined, '`process` goes with `all`')

export const oneOffRoutes = {
  'one-offs.start': route({
    ...{ method: 'POST', path: `${atEnvironment}/one-offs`, scope: 'maintain', permission: 'exec', kind: 'json' },
    sentence:
      'Runs a command in the release and with the variables that are live here; it waits for approval where the environment wants that.',
    params: ofEnvironment,
    body: wish,
    answer: views.oneOff,
  }),
  'one-offs.plan': route({
    ...{ method: 'POST', path: `${atEnvironment}/one-offs/plan`, scope: 'read', kind: 'json' },
    sentence: 'Tells what running a command would do, and runs nothing.',
    params: ofEnvironment,
    body: wish,
    answer: views.oneOffPlan,
  }),
  'one-offs.list': route({
    ...{ method: 'GET', path: `${atEnvironment}/one-offs`, scope: 'read', kind: 'json' },
    sentence: 'Lists what was run here by people and by schedules, newest first; without an app of all apps here.',
    params: ofEnvironment,
    query: z.strictObject({ app: name.optional(), name: name.optional(), limit }),
    answer: list(views.oneOff),
  }),
  'one-offs.show': route({
    ...{ method: 'GET', path: '/one-offs/:oneOff', scope: 'read', kind: 'json' },
    sentence: 'Shows a one-off command, what it waits for or how it ended.',
    params: ofOneOff,
    answer: views.oneOffDetail,
  }),
  'one-offs.approve': route({
    ...{ method: 'POST', path: '/one-offs/:oneOff/approve', scope: 'deploy', permission: 'approve', kind: 'json' },
    sentence: 'Says yes to a command that waits, by the hash of its plan.',
    params: ofOneOff,
    body: z.strictObject({ plan: hash, comment }),
    answer: views.oneOff,
  }),
  'one-offs.reject': route({
    ...{ method: 'POST', path: '/one-offs/:oneOff/reject', scope: 'deploy', kind: 'json' },
    sentence: 'Says no to a command that waits.',
    params: ofOneOff,
    body: z.strictObject({ comment }),
    answer: views.oneOff,
  }),
  'one-offs.cancel': route({
    ...{ method: 'POST', path: '/one-offs/:oneOff/cancel', scope: 'deploy', permission: 'cancel', kind: 'json' },
    sentence: 'Ends a command that waits or runs.',
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
