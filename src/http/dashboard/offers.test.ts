import assert from 'node:assert/strict'
import test from 'node:test'
import { apiServer, type TestApi } from '../../../test/helpers/api-server.ts'
import {
  ada,
  ended,
  inProduction,
  inStaging,
  production,
  pushed,
  rollingOn,
  waitingOn,
} from '../../../test/helpers/deployments.ts'
import { policies, projectSpec } from '../../../test/helpers/spec.ts'
import { waitFor } from '../../../test/helpers/wait-for.ts'
import type { EnvironmentSpec } from '../../domain/spec.ts'
import { systemClock } from '../../system/clock.ts'
import { startSession } from '../accounts/sessions.ts'

/** What a page says, and which routes its forms ask. */
function reader({ it: { store }, url }: TestApi) {
  const cookie = startSession(store, 'admin', { browser: 'Firefox', address: '' }, systemClock.now())
  return async (path: string) => {
    const answer = await fetch(`${url}${path}`, { headers: { cookie: `signalbox=${cookie}`, accept: 'text/html' } })
    const page = await answer.text()
    const acts = [...page.matchAll(/<form [^>]*action="\/act\/([\w.-]+)"/g)].map(([, route = '']) => route)
    const text = page.replace(/^[\s\S]*<main/, '').replace(/<[^>]*>/g, ' ')
    return { acts: new Set(acts), text: text.replace(/\s+/g, ' ') }
  }
}

const takeSomethingLive = ['redeploy', 'rollback', 'promote', 'one-offs.start', 'variables.apply', 'scale']

test('where nothing is live, nothing is offered that takes it; after a first release there is no way back', async () => {
  await using api = await apiServer()
  await pushed(api.it, 'first')
  await waitFor('production to wait', () => waitingOn(api.it, production))
  const get = reader(api)
  const empty = await get('/projects/shop/environments/production')
  assert.deepEqual(
    takeSomethingLive.filter((route) => empty.acts.has(route)),
    [],
  )
  assert.ok(empty.acts.has('deploy'))
  const first = await get('/projects/shop/environments/staging')
  assert.deepEqual(
    takeSomethingLive.filter((route) => !first.acts.has(route)),
    ['rollback', 'variables.apply'],
  )
  assert.match(first.text, /Way back There is no earlier release of shop in staging/)
  await pushed(api.it, 'second')
  const changes = [{ name: 'GREETING', value: 'hello' }]
  await api.as('admin').call('variables.set', { params: inStaging, body: { changes } })
  const second = await get('/projects/shop/environments/staging')
  assert.deepEqual(
    takeSomethingLive.filter((route) => !second.acts.has(route)),
    [],
  )
})

test('what was tried again already names its next attempt in place of a button', async () => {
  await using api = await apiServer()
  await pushed(api.it, 'first')
  await waitFor('production to wait', () => waitingOn(api.it, production))
  api.it.engine.actions.reject('d2', 'not yet', ada)
  const get = reader(api)
  assert.ok((await get('/deployments/d2')).acts.has('deployments.retry'))
  const { id } = api.it.engine.actions.retryDeployment('d2', ada)
  const page = await get('/deployments/d2')
  assert.equal(page.acts.has('deployments.retry'), false)
  assert.match(page.text, new RegExp(`${id} is its next attempt`))
})

test('who has said yes is told how many more it takes in place of a button, and may still say no', async () => {
  const { environments } = projectSpec()
  const [first, last] = environments as [EnvironmentSpec, EnvironmentSpec]
  const both = [first, { ...last, protection: { ...last.protection, approvals: 2 } }]
  await using api = await apiServer({ spec: projectSpec({ environments: both }) })
  await pushed(api.it, 'first')
  const { id } = await waitFor('production to wait', () => waitingOn(api.it, production))
  const get = reader(api)
  assert.ok((await get(`/deployments/${id}`)).acts.has('deployments.approve'))
  assert.ok((await get('/approvals')).acts.has('approvals.give'))
  api.it.engine.actions.approve(id, api.it.queries.planOf(id).hash, { by: 'admin' })
  const page = await get(`/deployments/${id}`)
  assert.deepEqual([page.acts.has('deployments.approve'), page.acts.has('deployments.reject')], [false, true])
  assert.match(page.text, new RegExp(`admin has said yes to ${id} as it is; others are still asked, at least 1`))
  const inbox = await get('/approvals')
  assert.deepEqual([inbox.acts.has('approvals.give'), inbox.acts.has('rejections.give')], [false, true])
  assert.match(inbox.text, /others are still asked, at least 1/)
})

test('what nobody may cancel says so in place of a button', async () => {
  const environments = projectSpec().environments.map((each) => ({
    ...each,
    policies: { ...policies, cancel: 'never' as const },
  }))
  await using api = await apiServer({ spec: projectSpec({ environments }) })
  await api.it.push('slow', { behaviour: { healthyAfterMs: 2_000 } })
  const { id } = await rollingOn(api.it, 'shop/shop/staging')
  const page = await reader(api)(`/deployments/${id}`)
  assert.equal(page.acts.has('deployments.cancel'), false)
  assert.match(page.text, /the policy `cancel: never` lets it end/)
  await ended(api.it, id)
})

test('what is deployed to where it is locked or frozen is told before that it waits', async () => {
  await using api = await apiServer()
  await pushed(api.it, 'first')
  const get = reader(api)
  const before = await get('/projects/shop/environments/staging')
  assert.doesNotMatch(before.text, /this waits until/)
  api.it.engine.actions.lock(inStaging, { reason: 'r', forMs: null }, ada)
  assert.match(
    (await get('/projects/shop/environments/staging')).text,
    /It is locked: this waits until somebody unlocks it/,
  )
  api.it.engine.actions.freeze(inProduction, { reason: 'r', from: null, until: null, forMs: 60_000 }, ada)
  assert.match((await get('/projects/shop/environments/production')).text, /Why although it is frozen/)
})
