import assert from 'node:assert/strict'
import test from 'node:test'
import { apiServer, type TestApi } from '../../test/helpers/api-server.ts'
import { ada, inStaging, live, outcome, pushed, staging } from '../../test/helpers/deployments.ts'
import { person, tokenOf } from '../../test/helpers/people.ts'
import { appSpec, processSpec, projectSpec } from '../../test/helpers/spec.ts'
import { waitFor } from '../../test/helpers/wait-for.ts'
import { apiClient } from '../api/client.ts'
import type { FaultCode } from '../lib/faults.ts'
import { systemClock } from '../system/clock.ts'
import { startSession } from './accounts/sessions.ts'

const fault = (code: FaultCode) => ({ name: 'Fault', code })
const params = (release: string) => ({ project: 'shop', release })

test('one release is found by each of its names, however many came after it', async () => {
  await using api = await apiServer()
  await pushed(api.it, 'first')
  await pushed(api.it, 'second')
  const client = api.as('read')
  const { version, commit } = await client.call('releases.show', { params: params('v1') })
  api.it.engine.actions.addAlias({ project: 'shop', app: 'shop' }, { name: 'v2', version }, ada)
  for (const name of ['v1', version, commit, 'v2']) {
    const { id, title, run, aliases } = await client.call('releases.show', { params: params(name) })
    assert.deepEqual([id, title, run, aliases], ['v1', 'first', 'r1', ['v2']], `${name}: a name goes before an id`)
  }
  for (const name of ['v3', 'v0', 'v', 'v1x', 'main', 'v99999999999999999999'])
    await assert.rejects(client.call('releases.show', { params: params(name) }), fault('release.unknown'), name)
  await api.as('admin').call('projects.add', { body: { name: 'other' } })
  for (const release of ['v1', version]) {
    const elsewhere = client.call('releases.show', { params: { project: 'other', release } })
    await assert.rejects(elsewhere, fault('release.unknown'), 'of another project')
  }
})

test('the releases of a commit are found among however many', async () => {
  await using api = await apiServer()
  await pushed(api.it, 'first')
  await pushed(api.it, 'second')
  const client = api.as('read')
  const { commit } = await client.call('releases.show', { params: params('v1') })
  const asked = { params: { project: 'shop' }, query: { commit, limit: 1 } }
  assert.deepEqual(
    (await client.call('releases.list', asked)).map(({ id }) => id),
    ['v1'],
  )
  assert.match((await page(api)('/runs/r1')).text, /How far it has come/)
})

test('where two apps have a release of one name, the app has to be named', async () => {
  await using api = await apiServer({ spec: twoApps() })
  await pushed(api.it, 'first')
  const other = await waitFor('the other app', () => live(api.it, 'shop/blog/staging'))
  const client = api.as('read')
  const { version } = other.release
  const unclear = client.call('releases.show', { params: params(version) })
  await assert.rejects(unclear, { ...fault('app.ambiguous'), message: `${version} is of several apps: blog, shop` })
  const found = await client.call('releases.show', { params: params(version), query: { app: 'blog' } })
  assert.deepEqual([found.app, found.id], ['blog', other.release.id])
  const unknown = client.call('releases.show', { params: params(other.release.id), query: { app: 'shop' } })
  await assert.rejects(unknown, fault('release.unknown'))
})

test('it tells where it is live, where one can go back to it, and why not elsewhere', async () => {
  await using api = await apiServer()
  await pushed(api.it, 'first')
  await pushed(api.it, 'second')
  const client = api.as('read')
  const answers = async (release: string) => {
    const { ways } = await client.call('releases.show', { params: params(release) })
    return ways.map(({ environment, answer, obstacles }) => [environment, answer, ...obstacles])
  }
  const never = 'it was never live here: deploy it instead'
  assert.deepEqual(await answers('v2'), [
    ['staging', 'live'],
    ['production', 'no', never],
  ])
  assert.deepEqual(await answers('v1'), [
    ['staging', 'yes'],
    ['production', 'no', never],
  ])
  const { ways } = await client.call('releases.show', { params: params('v1') })
  assert.deepEqual([ways[0]?.lastBy, ways[1]?.lastBy], ['d1', null])
  api.it.store.db.transaction(() => api.it.store.releases.discard('v1', 5))
  const gone = 'its archive was thrown away'
  assert.deepEqual(await answers('v1'), [
    ['staging', 'no', gone],
    ['production', 'no', never, gone],
  ])
})

test('what is scaled to nothing is no way back, as it is what is there', async () => {
  await using api = await apiServer()
  await pushed(api.it, 'first')
  const scaled = api.it.engine.actions.scale(inStaging, { web: 0, worker: 0 }, ada)
  await waitFor('nothing to run', () => outcome(api.it, scaled.id) === 'succeeded')
  assert.equal(live(api.it, staging)?.instances.length, 0)
  const { ways } = await api.as('read').call('releases.show', { params: params('v1') })
  assert.deepEqual(ways[0]?.obstacles, ['it is what is here, scaled to nothing: scale it up instead'])
})

test('a published release tells its notes, and who published it', async () => {
  await using api = await apiServer()
  await pushed(api.it, 'first')
  const client = api.as('deploy')
  assert.equal((await client.call('releases.show', { params: params('v1') })).published, null)
  const { version } = await client.call('releases.show', { params: params('v1') })
  const asked = { params: { project: 'shop', app: 'shop' }, body: { version, notes: 'Carts.' } }
  const { tag } = await client.call('releases.publish', asked)
  const { published } = await client.call('releases.show', { params: params(tag) })
  assert.deepEqual([published?.tag, published?.notes, published?.by], [tag, 'Carts.', 'deploy'])
})

test('whoever may look at some environments is told of those only', async (t) => {
  await using api = await apiServer()
  await pushed(api.it, 'first')
  person(api.it.store, 'lin', ['viewer'], inStaging)
  const client = apiClient({ url: api.url, token: tokenOf(api.it.store, 'lin'), clock: systemClock, signal: t.signal })
  const { ways } = await client.call('releases.show', { params: params('v1') })
  assert.deepEqual(
    ways.map(({ environment }) => environment),
    ['staging'],
  )
})

test('its page has its own notes, and there is none for a release that is not there', async () => {
  await using api = await apiServer({ spec: twoApps() })
  await pushed(api.it, 'first')
  await waitFor('the other app', () => live(api.it, 'shop/blog/staging'))
  const { version } = await api.as('read').call('releases.show', { params: params('v1') })
  const body = { version, notes: 'Carts.' }
  for (const app of ['shop', 'blog'])
    await api.as('deploy').call('releases.publish', { params: { project: 'shop', app }, body: { ...body, notes: app } })
  const get = page(api)
  const list = await get('/projects/shop/releases')
  const links = [...list.text.matchAll(/href="(\/projects\/shop\/releases\/[^"]+)"/g)].map(([, path = '']) => path)
  assert.equal(new Set(links).size, 2, 'each release has an address of its own')
  for (const path of links) {
    const { status, text } = await get(path)
    assert.equal(status, 200)
    const app = /of (\w+)<\/span>/.exec(text)?.[1]
    assert.match(text, new RegExp(`<div class="prose"><p>${app}<br>`))
  }
  assert.equal((await get('/projects/shop/releases/v99')).status, 404)
  assert.equal((await get(`/projects/shop/releases/${version}`)).status, 409)
})

function twoApps() {
  const [place] = projectSpec().environments
  assert.ok(place)
  const apps = [appSpec({ name: 'shop' }), appSpec({ name: 'blog', processes: [processSpec({ name: 'worker' })] })]
  return projectSpec({ apps, environments: [{ ...place, apps: ['shop', 'blog'] }] })
}

function page({ it: { store }, url }: TestApi) {
  const cookie = startSession(store, 'admin', { browser: 'Firefox', address: '' }, systemClock.now())
  return async (path: string) => {
    const headers = { cookie: `signalbox=${cookie}`, accept: 'text/html' }
    const answer = await fetch(`${url}${path.replaceAll('&amp;', '&')}`, { headers })
    return { status: answer.status, text: await answer.text() }
  }
}
