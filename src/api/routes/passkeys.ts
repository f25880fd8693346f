import { z } from 'zod'
import { list } from '../inputs.ts'
import { route } from '../route.ts'
import * as views from '../views.ts'

/** What people call a passkey: the device it is on. */
export const passkeyName = z
  .string()
  .trim()
  .regex(/^[^\p{Cc}\p{Cf}\p{Zl}\p{Zp}]{1,60}$/u, 'expected 1 to 60 characters that can be seen')

const ofPasskey = z.strictObject({ passkey: z.coerce.number().int().min(1) })

/** They are made in a browser: see the page `/me`. */
export const passkeyRoutes = {
  'passkeys.list': route({
    ...{ method: 'GET', path: '/me/passkeys', scope: 'read', kind: 'json' },
    sentence: 'Lists your passkeys, with when each was used last.',
    answer: list(views.passkey),
  }),
  'passkeys.rename': route({
    ...{ method: 'PUT', path: '/me/passkeys/:passkey', scope: 'read', kind: 'json' },
    sentence: 'Gives one of your passkeys another name.',
    params: ofPasskey,
    body: z.strictObject({ name: passkeyName }),
    answer: views.passkey,
  }),
  'passkeys.remove': route({
    ...{ method: 'DELETE', path: '/me/passkeys/:passkey', scope: 'read', kind: 'json', confirm: true },
    sentence: 'Takes one of your passkeys away: nobody signs in with it any more.',
    params: ofPasskey,
    answer: z.object({ removed: z.string() }),
  }),
} as const
