import assert from 'node:assert/strict'
import test from 'node:test'
import { apiServer } from '../../../test/helpers/api-server.ts'
import { person, tokenOf } from '../../../test/helpers/people.ts'
import { waitFor } from '../../../test/helpers/wait-for.ts'
import { systemClock } from '../../system/clock.ts'
import { hashPassword } from '../../system/passwords.ts'
import { hashOfToken } from '../auth.ts'
import { changePassword } from './passwords.ts'
import { signedIn, startSession } from './sessions.ts'

const fault = (code: string) => ({ name: 'Fault', code })

test('an account is made with roles, changed, disabled and enabled, each for the record', async () => {
  await using api = await apiServer()
  const client = api.as('admin')
  const body = { name: 'lin', email: 'lin@example.org', grants: [{ role: 'deployer', project: 'shop' }] }
  const { account, link } = await client.call('accounts.add', { body })
  assert.deepEqual([account.kind, account.grants[0]?.role, account.grants[0]?.project], ['person', 'deployer', 'shop'])
  assert.match(link?.url ?? '', /^http:\/\/signalbox\.test\/join\/[\w-]{43}$/)
  await assert.rejects(client.call('accounts.add', { body }), fault('account.exists'))
  const params = { account: 'lin' }
  await client.call('accounts.grant', { params, body: { role: 'lead' } })
  await client.call('accounts.withdraw', { params, body: { role: 'lead' } })
  const again = client.call('accounts.withdraw', { params, body: { role: 'lead' } })
  await assert.rejects(again, fault('account.no_such_grant'))
  await client.call('accounts.disable', { params })
  await client.call('accounts.enable', { params })
  const facts = await client.call('facts.list', { query: { subject: 'lin' } })
  assert.deepEqual(
    facts.map(({ kind, by }) => [kind, by]),
    ['added', 'granted', 'invited', 'granted', 'withdrawn', 'disabled', 'enabled'].map((kind) => [
      `account.${kind}`,
      'admin',
    ]),
  )
  assert.doesNotMatch(JSON.stringify(facts), new RegExp(link?.url.slice(-43) ?? 'x'))
})

test('a role is given in places that are there, and a service has no link', async () => {
  await using api = await apiServer()
  const client = api.as('admin')
  const made = await client.call('accounts.add', { body: { name: 'ci', kind: 'service' } })
  assert.equal(made.link, null)
  const params = { account: 'ci' }
  await assert.rejects(client.call('accounts.invite', { params }), fault('account.is_service'))
  const inNope = client.call('accounts.grant', { params, body: { role: 'viewer', project: 'nope' } })
  await assert.rejects(inNope, fault('project.unknown'))
  await api.it.push('first')
  const misspelt = client.call('accounts.grant', {
    params,
    body: { role: 'viewer', project: 'shop', environment: 'stagin' },
  })
  await assert.rejects(misspelt, fault('environment.unknown'))
  const nowhere = client.call('accounts.grant', { params, body: { role: 'viewer', environment: 'staging' } })
  await assert.rejects(nowhere, /environment of which project/)
})

test('the last admin stays one, whatever is tried', async () => {
  await using api = await apiServer()
  const client = api.as('admin')
  person(api.it.store, 'expired', ['viewer'])
  const params = { account: 'admin' }
  await assert.rejects(
    client.call('accounts.withdraw', { params, body: { role: 'admin' } }),
    fault('account.last_admin'),
  )
  await assert.rejects(client.call('accounts.disable', { params }), fault('account.last_admin'))
  assert.equal((await client.call('accounts.show', { params })).disabledAt, null)
  await client.call('accounts.grant', { params: { account: 'ada' }, body: { role: 'admin' } })
  await client.call('accounts.withdraw', { params, body: { role: 'admin' } })
})

test('who administers a project gives roles in it, and nowhere else', async () => {
  await using api = await apiServer()
  const { store } = api.it
  person(store, 'grace', ['admin'], { project: 'shop' })
  person(store, 'lin', [])
  const token = tokenOf(store, 'grace')
  const post = (path: string, body: object) =>
    api.send('POST', `/api/v1${path}`, { token, body: JSON.stringify(body) }).then(({ status }) => status)
  assert.equal(await post('/projects/shop/accounts/lin/grants', { role: 'deployer', environment: 'staging' }), 200)
  assert.equal(await post('/accounts/lin/grants', { role: 'viewer' }), 403)
  assert.equal(await post('/accounts/lin/grants', { role: 'viewer', project: 'shop' }), 403)
  assert.equal(await post('/accounts', { name: 'new' }), 403)
  assert.deepEqual(
    store.accounts.grants('lin').map(({ role, project, environment }) => [role, project, environment]),
    [['deployer', 'shop', 'staging']],
  )
})

test('a project that somebody may not see is one that is not there, whatever is asked about it', async () => {
  await using api = await apiServer()
  const { store } = api.it
  await api.it.push('first')
  person(store, 'lin', ['maintainer'], { project: 'elsewhere' })
  const token = tokenOf(store, 'lin')
  const ask = async (path: string) => {
    const answer = await api.send('GET', `/api/v1${path}`, { token })
    return [answer.status, (await answer.text()).replace(/,"requestId":"[^"]*"/, '')]
  }
  for (const [there, nowhere] of [
    ['/projects/shop', '/projects/nope'],
    ['/projects/shop/status', '/projects/nope/status'],
    ['/runs/r1', '/runs/r2'],
  ]) {
    const [status, told] = await ask(there ?? '')
    assert.equal(status, 404)
    const [, wanted] = await ask(nowhere ?? '')
    assert.equal(String(told).replaceAll('shop', 'nope').replaceAll('r1', 'r2'), wanted)
  }
  for (const path of ['/projects', '/runs', '/deployments', '/facts', '/runs?project=shop', '/facts?project=shop'])
    assert.deepEqual(await ask(path), [200, '[]'], path)
})

test('a project that is removed takes its roles and tokens with it', async () => {
  await using api = await apiServer()
  const { store } = api.it
  person(store, 'lin', ['deployer'], { project: 'shop' })
  const body = { name: 'for-shop', account: 'lin', scope: 'read', project: 'shop' } as const
  const { value } = await api.as('admin').call('tokens.create', { body })
  await api.as('admin').call('projects.remove', { params: { project: 'shop' } })
  assert.deepEqual(store.accounts.grants('lin'), [])
  assert.equal((await api.send('GET', '/api/v1/me', { token: value })).status, 401)
})

test('a token begets none that is good for more than itself, and none of others', async () => {
  await using api = await apiServer()
  const { store } = api.it
  person(store, 'lin', ['maintainer'])
  const token = tokenOf(store, 'lin', { scope: 'deploy' })
  const make = (body: object) =>
    api.send('POST', '/api/v1/tokens', { token, body: JSON.stringify(body) }).then(({ status }) => status)
  assert.equal(await make({ name: 'a', scope: 'deploy' }), 200)
  assert.equal(await make({ name: 'b', scope: 'maintain' }), 403)
  assert.equal(await make({ name: 'c', scope: 'read', account: 'ada' }), 403)
  assert.equal((await api.send('DELETE', '/api/v1/tokens/admin', { token })).status, 404)
  const listed = (await (await api.send('GET', '/api/v1/tokens', { token })).json()) as { account: string }[]
  assert.deepEqual([...new Set(listed.map(({ account }) => account))], ['lin'])
})

test('the log of what a deployment ran is seen by whoever sees the deployment, and by nobody else', async () => {
  await using api = await apiServer()
  const { store } = api.it
  await api.it.push('first')
  await waitFor('the deployment', () => store.deployments.get('d1'))
  person(store, 'lin', ['maintainer'], { project: 'elsewhere' })
  person(store, 'kim', ['viewer'], { project: 'shop', environment: 'staging' })
  const [lin, kim] = [tokenOf(store, 'lin'), tokenOf(store, 'kim')]
  const read = async (token: string, log: string) =>
    (await api.send('GET', `/api/v1/one-offs/${log}/log`, { token })).status
  assert.deepEqual([await read(kim, 'd1-smoke'), await read(lin, 'd1-smoke')], [200, 404])
  assert.deepEqual([await read(kim, 'd9-smoke'), await read(kim, 's9'), await read(kim, 'o9')], [404, 404, 404])
})

test('who changes their password shows the old one; all other sessions end, this one does not', async () => {
  await using api = await apiServer()
  const { store } = api.it
  const old = 'seven brown horses'
  store.accounts.setPassword('ada', await hashPassword(old))
  const now = systemClock.now()
  const browser = { browser: 'Firefox', address: '10.0.0.1' }
  const [own, other] = [startSession(store, 'ada', browser, now), startSession(store, 'ada', browser, now)]
  const who = signedIn(store, () => now)
  const session = who(hashOfToken(own))?.session?.id ?? 0
  const change = { account: 'ada', session, old, wanted: 'eight green ponies' }
  await assert.rejects(
    changePassword(store, { ...change, old: 'wrong' }, () => now),
    fault('sign_in.refused'),
  )
  await assert.rejects(
    changePassword(store, { ...change, wanted: 'short' }, () => now),
    fault('password.weak'),
  )
  assert.ok(who(hashOfToken(other)))
  await changePassword(store, change, () => now)
  assert.equal(who(hashOfToken(other)), null)
  assert.equal(who(hashOfToken(own))?.name, 'ada')
  assert.equal(store.facts.about('ada').at(-1)?.kind, 'account.password_changed')
  await assert.rejects(
    changePassword(store, change, () => now),
    fault('sign_in.refused'),
    'the old one is old',
  )
})

test('the API changes the password of whoever asks, and of two at once only one', async () => {
  await using api = await apiServer()
  const { store } = api.it
  const old = 'seven brown horses'
  store.accounts.setPassword('read', await hashPassword(old))
  const session = startSession(store, 'read', { browser: '', address: '' }, systemClock.now())
  const client = api.as('read')
  const both = await Promise.allSettled(
    ['eight green ponies', 'nine yellow mules'].map((wanted) =>
      client.call('password.change', { body: { old, wanted } }),
    ),
  )
  assert.deepEqual(both.map(({ status }) => status).sort(), ['fulfilled', 'rejected'])
  assert.equal(signedIn(store, systemClock.now)(hashOfToken(session)), null)
  const nobodys = api.as('deploy').call('password.change', { body: { old: '', wanted: 'nine yellow mules' } })
  await assert.rejects(nobodys, fault('sign_in.refused'), 'who has none sets none this way')
})
