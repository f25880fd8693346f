import assert from 'node:assert/strict'
import test from 'node:test'
import { apiServer } from '../../test/helpers/api-server.ts'
import type { Route } from '../api/route.ts'
import { routes } from '../api/routes.ts'
import { admittedTo } from './ask.ts'
import type { Principal } from './auth.ts'

const all = Object.entries<Route>(routes)
const session = (isConfirmed: boolean): Principal => ({
  ...{ name: 'ada', scope: 'admin', limit: null, hash: 'h', session: { id: 1, isConfirmed } },
  grants: [{ role: 'admin', project: null, environment: null }],
})
/** Something of that name that is there. */
const params = { project: 'shop', environment: 'production', account: 'ada', name: 'X', user: 'u', run: 'r1' }
const numbers = { passkey: '1', identity: '1', session: '1', token: 'x' }

test('what touches secrets and accounts takes, from a browser, that it is still them; a token is not asked', async () => {
  await using api = await apiServer()
  const { store } = api.it
  const known = { ...params, ...numbers }
  for (const [name, route] of all.filter(([, { confirm }]) => confirm)) {
    const used = Object.fromEntries(Object.entries(known).filter(([key]) => route.path.split('/').includes(`:${key}`)))
    const ask = (principal: Principal) => admittedTo(route, used, { store, principal })
    assert.throws(() => ask(session(false)), { code: 'sign_in.confirm' }, name)
    ask(session(true))
    ask({ ...session(false), session: null })
  }
})

test('which routes those are', () => {
  const asked = all.filter(([, { confirm }]) => confirm).map(([name]) => name)
  assert.deepEqual(asked.sort(), [
    'access.set',
    'accounts.add',
    'accounts.enable',
    'accounts.grant',
    'accounts.grant.here',
    'accounts.invite',
    'accounts.withdraw',
    'accounts.withdraw.here',
    'identities.unlink',
    'passkeys.remove',
    'safeguards.forget',
    'server.backup',
    'tokens.create',
    'variables.set',
  ])
})

/** These take something away from whoever misuses a browser, or change nothing about who may do what. */
const unasked = [
  ...['access.remove', 'accounts.disable', 'accounts.sign_out', 'passkeys.rename', 'sessions.end', 'tokens.revoke'],
  ...['variables.apply', 'variables.unwaive', 'variables.waive'],
  // Asks for the old one itself.
  'password.change',
]

test('a new route about secrets or accounts is asked about, or stands among those that need not be', () => {
  const touching = /^(access|accounts|identities|passkeys|password|safeguards|secrets|sessions|tokens|variables)\./
  const open = all.filter(([name, { method, confirm }]) => touching.test(name) && method !== 'GET' && !confirm)
  assert.deepEqual(open.map(([name]) => name).sort(), unasked.sort())
})
