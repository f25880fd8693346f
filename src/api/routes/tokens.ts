import { z } from 'zod'
import { list, name, span } from '../inputs.ts'
import { route } from '../route.ts'
import * as views from '../views.ts'
import { accountName } from './accounts.ts'

export const tokenRoutes = {
  'tokens.list': route({
    ...{ method: 'GET', path: '/tokens', scope: 'read', kind: 'json' },
    sentence: 'Lists your tokens; for an admin, everybody’s. Their values are known to nobody but their owners.',
    answer: list(views.token),
  }),
  'tokens.create': route({
    ...{ method: 'POST', path: '/tokens', scope: 'read', kind: 'json', confirm: true },
    sentence:
      'Makes a token of your account, or for an admin of another. It reaches no further than what made it; its value is shown this once.',
    body: z.strictObject({
      name: accountName,
      /** Left out: your own. */
      account: name.optional(),
      scope: views.scope,
      /** Left out: every project the account may see. */
      project: name.optional(),
      forMs: span(3_660).optional(),
    }),
    answer: z.object({ token: views.token, value: z.string() }),
  }),
  'tokens.revoke': route({
    ...{ method: 'DELETE', path: '/tokens/:token', scope: 'read', kind: 'json' },
    sentence: 'Makes a token of yours worthless at once; for an admin, anybody’s.',
    params: z.strictObject({ token: name }),
    answer: z.object({ revoked: z.string() }),
  }),
} as const
