import { z } from 'zod'
import { list } from '../inputs.ts'
import { route } from '../route.ts'
import * as views from '../views.ts'

/** They are linked in a browser: see the page `/me/identities`. */
export const identityRoutes = {
  'identities.list': route({
    ...{ method: 'GET', path: '/me/identities', scope: 'read', kind: 'json' },
    sentence: 'Lists by which providers you sign in, and as whom they know you.',
    answer: list(views.identity),
  }),
  'identities.unlink': route({
    ...{ method: 'DELETE', path: '/me/identities/:identity', scope: 'read', kind: 'json', confirm: true },
    sentence: 'Nobody signs in as you by that provider any more.',
    params: z.strictObject({ identity: z.coerce.number().int().min(1) }),
    answer: z.object({ unlinked: z.string() }),
  }),
} as const
