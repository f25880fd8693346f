import { z } from 'zod'
import { list, name, span } from '../inputs.ts'
import { route } from '../route.ts'
import * as views from '../views.ts'

const roles = z
  .array(z.string().regex(/^[a-z][a-z0-9-]{0,39}$/, 'expected 1 to 40 of a to z, 0 to 9 and -, a letter first'))
  .max(50)

const ofToken = z.strictObject({ token: name })

export const tokenRoutes = {
  'tokens.me': route({
    ...{ method: 'GET', path: '/me', scope: 'read', kind: 'json' },
    sentence: 'Tells whose token this is, what it may and which roles it has.',
    answer: z.object({ name: z.string(), scope: views.scope, roles: list(z.string()) }),
  }),
  'tokens.list': route({
    ...{ method: 'GET', path: '/tokens', scope: 'admin', kind: 'json' },
    sentence: 'Lists the tokens; their values are known to nobody but their owners.',
    answer: list(views.token),
  }),
  'tokens.create': route({
    ...{ method: 'POST', path: '/tokens', scope: 'admin', kind: 'json' },
    sentence: 'Makes a token. Its name stands in the record for the person, and its value is shown this once.',
    body: z.strictObject({
      name: z
        .string()
        .regex(
          /^[A-Za-z0-9][\w.@-]{0,63}$/,
          'expected 1 to 64 letters, digits and any of . _ @ - with a letter or a digit first',
        ),
      scope: views.scope,
      roles: roles.optional(),
      forMs: span(3_660).optional(),
    }),
    answer: z.object({ token: views.token, value: z.string() }),
  }),
  'tokens.roles': route({
    ...{ method: 'PUT', path: '/tokens/:token/roles', scope: 'admin', kind: 'json' },
    sentence:
      'Gives a token these roles instead of those it has; it counts from this moment, for approvals given before too.',
    params: ofToken,
    body: z.strictObject({ roles }),
    answer: views.token,
  }),
  'tokens.revoke': route({
    ...{ method: 'DELETE', path: '/tokens/:token', scope: 'admin', kind: 'json' },
    sentence: 'Makes a token worthless at once.',
    params: ofToken,
    answer: z.object({ revoked: z.string() }),
  }),
} as const
