import { z } from 'zod'
import { atEnvironment, ofEnvironment } from '../inputs.ts'
import { route } from '../route.ts'
import * as views from '../views.ts'
import { ofCommand, ofOneOff } from './one-offs.ts'

const side = z.int().min(1).max(1_000)
const size = z.strictObject({ rows: side, columns: side })
const terminal = size.extend({
  type: z.string().regex(/^[A-Za-z0-9][\w.+-]{0,63}$/, 'expected a kind of terminal such as xterm'),
})

/** Without a command or a name: a shell. */
const wish = ofCommand
  .extend({ terminal })
  .refine((body) => body.command === undefined || body.name === undefined, 'either `command` or `name`')

/** What fits into the base64 of what is typed in a moment, a pasted text too. */
const mostTyped = 64 * 1024

export const consoleRoutes = {
  'consoles.open': route({
    ...{ method: 'POST', path: `${atEnvironment}/consoles`, scope: 'maintain', permission: 'exec', kind: 'json' },
    sentence:
      'Opens a console: a one-off command at a terminal, in the release and with the variables that are live here. It waits for approval where the environment wants that.',
    params: ofEnvironment,
    body: wish,
    answer: views.oneOff,
  }),
  'consoles.watch': route({
    ...{ method: 'GET', path: '/one-offs/:oneOff/console', scope: 'maintain', kind: 'events' },
    sentence:
      'Shows whoever opened a console what is on its screen, as it comes, until it is closed. Ids are byte offsets.',
    params: ofOneOff,
    answer: views.consolePiece,
  }),
  'consoles.type': route({
    ...{ method: 'POST', path: '/one-offs/:oneOff/console', scope: 'maintain', kind: 'json' },
    sentence:
      'Types into a console and changes the size of its terminal. Where nothing is heard of its person for 30 s, this call without either included, it is hung up.',
    params: ofOneOff,
    body: z.strictObject({
      /** Rises with each call: one that is sent again after a lost answer counts once. */
      number: z.int().min(1),
      /** Bytes in base64. */
      typed: z.base64().max(mostTyped).optional(),
      size: size.optional(),
    }),
    answer: z.object({}),
  }),
} as const
