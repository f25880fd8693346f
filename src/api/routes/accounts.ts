import { z } from 'zod'
import { atProject, list, name } from '../inputs.ts'
import { route } from '../route.ts'
import * as views from '../views.ts'

export const accountName = z
  .string()
  .regex(
    /^[A-Za-z0-9][\w.@-]{0,63}$/,
    'expected 1 to 64 letters, digits and any of . _ @ - with a letter or a digit first',
  )

const role = z.string().regex(/^[a-z][a-z0-9-]{0,39}$/, 'expected 1 to 40 of a to z, 0 to 9 and -, a letter first')

const given = z.strictObject({ role, project: name.optional(), environment: name.optional() })
const givenHere = z.strictObject({ role, environment: name.optional() })
const ofAccount = z.strictObject({ account: name })
const ofAccountHere = z.strictObject({ project: name, account: name })

export const accountRoutes = {
  'accounts.me': route({
    ...{ method: 'GET', path: '/me', scope: 'read', kind: 'json' },
    sentence: 'Tells who asks, how far what they showed reaches, and which roles they have.',
    answer: z.object({
      name: z.string(),
      kind: views.accountKind,
      scope: views.scope,
      grants: list(views.grant),
      /** Those that count everywhere, with all below the highest. */
      roles: list(z.string()),
    }),
  }),
  'accounts.list': route({
    ...{ method: 'GET', path: '/accounts', scope: 'admin', kind: 'json' },
    sentence: 'Lists the accounts: people, and services that act by themselves.',
    answer: list(views.account),
  }),
  'accounts.show': route({
    ...{ method: 'GET', path: '/accounts/:account', scope: 'admin', kind: 'json' },
    sentence: 'Shows one account and its roles.',
    params: ofAccount,
    answer: views.account,
  }),
  'accounts.add': route({
    ...{ method: 'POST', path: '/accounts', scope: 'admin', kind: 'json', confirm: true },
    sentence: 'Makes an account. A person gets a link with which they set a password; it is shown this once.',
    body: z.strictObject({
      name: accountName,
      kind: views.accountKind.default('person'),
      email: z.email().max(254).optional(),
      grants: z.array(given).max(50).default([]),
    }),
    answer: z.object({ account: views.account, link: views.link.nullable() }),
  }),
  'accounts.grant': route({
    ...{ method: 'POST', path: '/accounts/:account/grants', scope: 'admin', kind: 'json', confirm: true },
    sentence: 'Gives an account a role; it counts from this moment, for approvals given before too.',
    params: ofAccount,
    body: given,
    answer: views.account,
  }),
  'accounts.withdraw': route({
    ...{ method: 'POST', path: '/accounts/:account/withdrawals', scope: 'admin', kind: 'json', confirm: true },
    sentence: 'Takes a role away again, as it was given.',
    params: ofAccount,
    body: given,
    answer: views.account,
  }),
  'accounts.here': route({
    ...{ method: 'GET', path: `${atProject}/accounts`, scope: 'admin', kind: 'json' },
    sentence: 'Lists who has a role in a project, with those that concern it.',
    params: z.strictObject({ project: name }),
    answer: list(views.account),
  }),
  'accounts.grant.here': route({
    ...{ method: 'POST', path: `${atProject}/accounts/:account/grants`, scope: 'admin', kind: 'json', confirm: true },
    sentence:
      'Gives an account a role in a project, or in one environment of it: for those who administer the project.',
    params: ofAccountHere,
    body: givenHere,
    answer: views.account,
  }),
  'accounts.withdraw.here': route({
    ...{
      method: 'POST',
      path: `${atProject}/accounts/:account/withdrawals`,
      scope: 'admin',
      kind: 'json',
      confirm: true,
    },
    sentence: 'Takes a role in a project, or in one environment of it, away again.',
    params: ofAccountHere,
    body: givenHere,
    answer: views.account,
  }),
  'accounts.invite': route({
    ...{ method: 'POST', path: '/accounts/:account/invitations', scope: 'admin', kind: 'json', confirm: true },
    sentence: 'Makes a link with which a person sets a new password; earlier links are good for nothing.',
    params: ofAccount,
    answer: views.link,
  }),
  'accounts.disable': route({
    ...{ method: 'POST', path: '/accounts/:account/disable', scope: 'admin', kind: 'json' },
    sentence: 'From now on the account can do nothing; its sessions end, and its approvals do not count any more.',
    params: ofAccount,
    answer: views.account,
  }),
  'accounts.enable': route({
    ...{ method: 'POST', path: '/accounts/:account/enable', scope: 'admin', kind: 'json', confirm: true },
    sentence: 'Puts a disabled account back in good standing, with the roles and tokens it had.',
    params: ofAccount,
    answer: views.account,
  }),
  'accounts.sign_out': route({
    ...{ method: 'POST', path: '/accounts/:account/sign-out', scope: 'admin', kind: 'json' },
    sentence: 'Ends every session of an account.',
    params: ofAccount,
    answer: z.object({ ended: z.int() }),
  }),
  'password.change': route({
    ...{ method: 'PUT', path: '/me/password', scope: 'read', kind: 'json' },
    sentence: 'Changes your password; the old one is asked for. All your other sessions end.',
    body: z.strictObject({ old: z.string().max(1_000), wanted: z.string().max(1_000) }),
    answer: z.object({ changed: z.literal(true) }),
  }),
  'sessions.list': route({
    ...{ method: 'GET', path: '/me/sessions', scope: 'read', kind: 'json' },
    sentence: 'Lists the browsers in which you have signed in.',
    answer: list(views.session),
  }),
  'sessions.end': route({
    ...{ method: 'DELETE', path: '/me/sessions/:session', scope: 'read', kind: 'json' },
    sentence: 'Ends one of your sessions.',
    params: z.strictObject({ session: z.coerce.number().int().min(1) }),
    answer: z.object({ ended: z.int() }),
  }),
} as const
