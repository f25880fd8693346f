import assert from 'node:assert/strict'
import test from 'node:test'
import type { Token } from '../store/tokens.ts'
import { gatekeeper, hashOfToken } from './auth.ts'

const now = 1_000

function keeper(token: Partial<Token> = {}) {
  const known: Token = {
    name: 'ada',
    scope: 'deploy',
    roles: [],
    createdAt: 0,
    createdBy: 'x',
    expiresAt: null,
    revokedAt: null,
    ...token,
  }
  const hash = hashOfToken('good')
  return gatekeeper({ byHash: (asked) => (asked === hash ? known : null) }, () => now)
}

const basic = (pair: string) => `Basic ${Buffer.from(pair).toString('base64')}`
const fault = (code: string) => ({ name: 'Fault', code })

test('a token opens what its scope reaches, and no more', () => {
  for (const scope of ['read', 'deploy'] as const) assert.equal(keeper().admit('Bearer good', scope).name, 'ada')
  assert.throws(() => keeper().admit('Bearer good', 'admin'), fault('token.forbidden'))
  assert.throws(() => keeper({ scope: 'read' }).admit('Bearer good', 'deploy'), fault('token.forbidden'))
})

test('a token that is unknown, revoked or out of time opens nothing, and all look the same', () => {
  const refused = (token: Partial<Token>, authorization = 'Bearer good') =>
    assert.throws(() => keeper(token).admit(authorization, 'read'), { ...fault('token.invalid'), details: {} })
  refused({ revokedAt: 1 })
  refused({ expiresAt: now })
  refused({ expiresAt: now - 1 })
  refused({}, 'Bearer bad')
  assert.equal(keeper({ expiresAt: now + 1 }).admit('Bearer good', 'read').name, 'ada')
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

test('who was admitted is admitted no longer than the token is good', () => {
  let token: Token | null = {
    name: 'ada',
    scope: 'deploy',
    roles: [],
    createdAt: 0,
    createdBy: 'x',
    expiresAt: null,
    revokedAt: null,
  }
  const gate = gatekeeper({ byHash: () => token }, () => now)
  const principal = gate.admit('Bearer good', 'read')
  assert.equal(gate.isStillAdmitted(principal, 'deploy'), true)
  assert.equal(gate.isStillAdmitted(principal, 'admin'), false)
  token = { ...token, revokedAt: 1 }
  assert.equal(gate.isStillAdmitted(principal, 'read'), false)
  token = null
  assert.equal(gate.isStillAdmitted(principal, 'read'), false)
})
