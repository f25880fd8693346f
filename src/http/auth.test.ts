import assert from 'node:assert/strict'
import { DatabaseSync } from 'node:sqlite'
import test from 'node:test'
import { person } from '../../test/helpers/people.ts'
import type { Where } from '../domain/role.ts'
import { Database, migrate } from '../store/database.ts'
import { type Store, storeOver } from '../store/store.ts'
import type { Token } from '../store/tokens.ts'
import {
  everywhere,
  gatekeeper,
  hashOfToken,
  mustReach,
  type Principal,
  projectsAsked,
  reaches,
  type Scope,
  sees,
} from './auth.ts'

const now = 1_000

function memoryStore(): Store {
  const connection = new DatabaseSync(':memory:')
  migrate(connection)
  return storeOver(new Database(connection))
}

function add(store: Store, token: Partial<Token> = {}): void {
  const made = { name: 'laptop', account: 'ada', scope: 'deploy', project: null, createdAt: 0, createdBy: 'x' } as const
  store.tokens.add({ ...made, expiresAt: null, ...token }, hashOfToken('good'))
  if (token.revokedAt) store.tokens.revoke(token.name ?? 'laptop', token.revokedAt)
}

function keeper(token: Partial<Token> = {}, roles: readonly string[] = ['admin'], where: Partial<Where> = {}) {
  const store = memoryStore()
  person(store, 'ada', roles, where)
  add(store, token)
  const gate = gatekeeper(
    store,
    () => now,
    () => null,
  )
  const allowed = (principal: Principal, needed: Scope, place: Where) => {
    mustReach(principal, needed, place)
    return principal
  }
  return {
    store,
    ...gate,
    admit: (authorization: string | null, needed: Scope, place: Where = everywhere) =>
      allowed(gate.admit(authorization), needed, place),
    admitGit: (authorization: string | null, needed: Scope) =>
      allowed(gate.admitGit(authorization), needed, everywhere),
  }
}

const basic = (pair: string) => `Basic ${Buffer.from(pair).toString('base64')}`
const fault = (code: string) => ({ name: 'Fault', code })
const shop = { project: 'shop', environment: null }
const staging = { project: 'shop', environment: 'staging' }
const production = { project: 'shop', environment: 'production' }

test('a token opens what its scope reaches, and no more', () => {
  for (const scope of ['read', 'deploy'] as const) assert.equal(keeper().admit('Bearer good', scope).name, 'ada')
  assert.throws(() => keeper().admit('Bearer good', 'admin'), fault('token.forbidden'))
  assert.throws(() => keeper({ scope: 'read' }).admit('Bearer good', 'deploy'), fault('token.forbidden'))
})

test('a token opens no more than its account may', () => {
  const viewer = keeper({ scope: 'admin' }, ['viewer'])
  assert.equal(viewer.admit('Bearer good', 'read').name, 'ada')
  assert.throws(() => viewer.admit('Bearer good', 'deploy'), fault('token.forbidden'))
  const nobody = keeper({ scope: 'admin' }, [])
  assert.throws(() => nobody.admit('Bearer good', 'read'), fault('token.forbidden'))
  assert.throws(() => keeper({ scope: 'admin' }, ['lead']).admit('Bearer good', 'read'), fault('token.forbidden'))
})

test('a role in one environment is one there, and lets its holder see the project', () => {
  const { admit } = keeper({ scope: 'admin' }, ['deployer'], staging)
  assert.ok(admit('Bearer good', 'deploy', staging))
  assert.ok(admit('Bearer good', 'read', shop))
  for (const where of [production, shop, { project: 'blog', environment: null }])
    assert.throws(() => admit('Bearer good', 'deploy', where), fault('token.forbidden'))
  assert.throws(() => admit('Bearer good', 'admin', everywhere), fault('token.forbidden'))
  const principal = admit('Bearer good', 'read')
  assert.deepEqual([sees(principal, 'shop'), sees(principal, 'blog'), sees(principal, null)], [true, false, false])
  assert.deepEqual(projectsAsked(principal, undefined), ['shop'])
  assert.deepEqual(projectsAsked(principal, 'blog'), [])
})

test('a role of the team’s own lets nobody see anything, wherever it was given', () => {
  const { store, admit } = keeper({ scope: 'admin' }, ['viewer'], shop)
  for (const project of [null, 'blog'])
    store.accounts.grant('ada', { role: 'lead', project, environment: null, grantedAt: 0, grantedBy: 'x' })
  const principal = admit('Bearer good', 'read')
  assert.deepEqual(projectsAsked(principal, undefined), ['shop'])
  assert.deepEqual([sees(principal, 'blog'), sees(principal, null)], [false, false])
})

test('who administers one project administers that one alone', () => {
  const { admit } = keeper({ scope: 'admin' }, ['admin'], shop)
  assert.ok(admit('Bearer good', 'admin', production))
  assert.throws(() => admit('Bearer good', 'admin', everywhere), fault('token.forbidden'))
})

test('a token for one project is good for nothing beside it', () => {
  const { admit } = keeper({ scope: 'admin', project: 'shop' })
  const principal = admit('Bearer good', 'read')
  assert.ok(reaches(principal, 'admin', production))
  assert.deepEqual([sees(principal, 'blog'), sees(principal, null)], [false, false])
  assert.throws(() => admit('Bearer good', 'admin', everywhere), fault('token.forbidden'))
})

test('a token that is unknown, revoked, out of time or of a disabled account opens nothing, and all look the same', () => {
  const refused = ({ admit }: ReturnType<typeof keeper>, authorization = 'Bearer good') =>
    assert.throws(() => admit(authorization, 'read'), { ...fault('token.invalid'), details: {} })
  refused(keeper({ revokedAt: 1 }))
  refused(keeper({ expiresAt: now }))
  refused(keeper({ expiresAt: now - 1 }))
  refused(keeper(), 'Bearer bad')
  const disabled = keeper()
  disabled.store.accounts.setDisabled('ada', 1)
  refused(disabled)
  assert.equal(keeper({ expiresAt: now + 1 }).admit('Bearer good', 'read').name, 'ada')
})

test('when a token was used last is known, to the minute', () => {
  const { store, admit } = keeper()
  assert.equal(store.tokens.byName('laptop')?.usedAt, null)
  admit('Bearer good', 'read')
  assert.equal(store.tokens.byName('laptop')?.usedAt, now)
})

test('what is not a token at all is asked for', () => {
  for (const header of [
    null,
    '',
    'Bearer',
    'Bearer ',
    'good',
    'Token good',
    'Bearer a b',
    'Bearer \u00e9',
    `Bearer ${'x'.repeat(600)}`,
    basic('ada:good'),
  ]) {
    assert.throws(() => keeper().admit(header, 'read'), fault('token.missing'), String(header))
  }
})

test('git may give the token as the password of anybody', () => {
  for (const header of [basic('ada:good'), basic(':good'), basic('grace:good'), 'Bearer good', 'bearer good']) {
    assert.equal(keeper().admitGit(header, 'deploy').name, 'ada', header)
  }
  assert.throws(() => keeper().admitGit(basic('good:'), 'read'), fault('token.missing'))
  assert.throws(() => keeper().admitGit(basic('good'), 'read'), fault('token.missing'))
  assert.throws(() => keeper().admitGit(basic('good:bad'), 'read'), fault('token.invalid'))
  assert.throws(() => keeper().admitGit('Basic !!!', 'read'), fault('token.missing'))
})

test('who was admitted is admitted no longer than the token and the role are good', () => {
  const { store, admit, isStillAdmitted } = keeper()
  const principal = admit('Bearer good', 'read')
  assert.equal(isStillAdmitted(principal, 'deploy', everywhere), true)
  assert.equal(isStillAdmitted(principal, 'admin', everywhere), false)
  person(store, 'ada', ['viewer'])
  assert.equal(isStillAdmitted(principal, 'deploy', everywhere), false)
  assert.equal(isStillAdmitted(principal, 'read', everywhere), true)
  store.tokens.revoke('laptop', 1)
  assert.equal(isStillAdmitted(principal, 'read', everywhere), false)
})
