import assert from 'node:assert/strict'
import test from 'node:test'
import { ada, ended, inStaging, live, newestEnded, pushed, staging, waitingOn } from '../../test/helpers/deployments.ts'
import { startEngine } from '../../test/helpers/engine.ts'
import { appSpec, environmentSpec, projectSpec } from '../../test/helpers/spec.ts'
import { waitFor } from '../../test/helpers/wait-for.ts'
import { Fault } from '../lib/fault.ts'

const isFault = (code: string) => (error: unknown) => error instanceof Fault && error.code === code
const triggers = { push: ['main'], tags: [], releasePublished: false, after: [], schedules: [] }
const only = (name: string) => projectSpec({ environments: [environmentSpec({ name, triggers })] })

test('an environment taken out of the configuration is shown while it runs, and can be ended by its name', async () => {
  await using it = await startEngine(only('staging'))
  await pushed(it, 'one')
  await it.push('renamed', { spec: only('stage') })
  await newestEnded(it, 'shop/shop/stage', '')
  const [, left] = await it.queries.status('shop', null)
  assert.deepEqual([left?.track, left?.serving], [staging, ['d1-web-1', 'd1-web-2']])
  assert.match(left?.finding ?? '', /signalbox.yml does not have it any more.*web=0 worker=0/)
  assert.throws(() => it.engine.actions.deploy(inStaging, { version: null }, ada), isFault('environment.unknown'))
  await ended(it, it.engine.actions.scale(inStaging, { web: 0, worker: 0 }, ada).id)
  assert.equal((await it.queries.status('shop', null)).length, 1)
  assert.equal((await it.world.host('one').edge.visit('staging.test', {})).status, 404)
})

test('an environment that was renamed gets its host names when the old one has ended, and says so until then', async () => {
  const hosts = ['shop.test']
  const named = (name: string) => projectSpec({ environments: [environmentSpec({ name, triggers, hosts })] })
  await using it = await startEngine(named('staging'))
  await pushed(it, 'one')
  await it.push('renamed', { spec: named('stage') })
  const { state } = await newestEnded(it, 'shop/shop/stage', '')
  assert.deepEqual(state.kind === 'finished' && [state.outcome, state.rolledBack], ['errored', true])
  assert.match(
    state.kind === 'finished' ? String(state.reason) : '',
    /shop.test already belongs to shop\/shop\/staging/,
  )
  await ended(it, it.engine.actions.scale(inStaging, { web: 0, worker: 0 }, ada).id)
  const [again] = it.engine.actions.deploy({ ...inStaging, environment: 'stage' }, { version: null }, ada)
  await ended(it, again?.id ?? '')
  assert.match((await it.world.host('one').edge.visit('shop.test', {})).instance ?? '', /^d4-web-/)
})

test('an app taken out of an environment does not keep the others from being deployed there', async () => {
  const environment = (...apps: string[]) =>
    environmentSpec({ name: 'staging', apps, triggers, hostsOf: { shop: ['a'] } })
  const apps = [appSpec({ name: 'shop' }), appSpec({ name: 'docs' })]
  const spec = (...names: string[]) => projectSpec({ apps, environments: [environment(...names)] })
  await using it = await startEngine(spec('shop', 'docs'))
  await pushed(it, 'one')
  await waitFor('the docs to be live', () => live(it, 'shop/docs/staging'))
  await it.push('two', { spec: spec('shop') })
  const made = await waitFor('the new configuration', () => {
    const tracks = it.engine.actions.deploy(inStaging, { version: null }, ada).map(({ track }) => track)
    return tracks.length === 1 ? tracks : null
  })
  assert.deepEqual(made, [staging])
  const docs = { ...inStaging, app: 'docs' }
  await ended(it, it.engine.actions.scale(docs, { web: 0, worker: 0 }, ada).id)
})

test('what waits for people on a track that the configuration does not have any more is shown, until it is cancelled', async () => {
  const places = (name: string) =>
    projectSpec({ environments: projectSpec().environments.map((each) => ({ ...each, name: `${each.name}${name}` })) })
  await using it = await startEngine(projectSpec())
  await pushed(it, 'one')
  const waiting = await waitFor('a deployment that waits', () => waitingOn(it, 'shop/shop/production'))
  await ended(it, it.engine.actions.scale(inStaging, { web: 0, worker: 0 }, ada).id)
  await it.push('renamed', { spec: places('-2') })
  const isLeft = async () =>
    (await it.queries.status('shop', null)).find(({ track }) => track === 'shop/shop/production')
  const left = await isLeft()
  assert.deepEqual(
    left?.waiting.map(({ deployment: { id } }) => id),
    [waiting.id],
  )
  assert.match(left?.finding ?? '', new RegExp(`any more; \`signalbox cancel ${waiting.id}\` ends`))
  it.engine.actions.cancelDeployment(waiting.id, ada)
  assert.equal(await isLeft(), undefined)
})

test('where a first deployment fails, its host names are free again', async () => {
  await using it = await startEngine(only('staging'))
  await it.push('bad', { behaviour: { exitsAfterMs: 1 } })
  const { state } = await newestEnded(it, staging, '')
  assert.equal(state.kind === 'finished' && state.rolledBack, true)
  assert.equal((await it.world.host('one').edge.visit('staging.test', {})).status, 404)
})

test('a removed project leaves nothing on its targets, and what waited is recorded as ended', async () => {
  await using it = await startEngine(projectSpec())
  await pushed(it, 'one')
  const waiting = await waitFor('a deployment that waits', () => waitingOn(it, 'shop/shop/production'))
  assert.throws(() => it.engine.actions.removeProject('shop', ada), isFault('project.in_use'))
  await ended(it, it.engine.actions.scale(inStaging, { web: 0, worker: 0 }, ada).id)
  const host = it.world.host('one')
  assert.equal((await host.edge.visit('staging.test', {})).status, 503)
  it.engine.actions.removeProject('shop', ada)
  await waitFor('the target to be clear', async () => (await host.edge.visit('staging.test', {})).status === 404)
  await waitFor('the releases to be gone', () => host.unpacked(staging).size === 0)
  const [last] = it.store.facts.about(waiting.id).slice(-1)
  assert.deepEqual([last?.kind, last?.data.reason], ['deployment.finished', 'cancelled by ada'])
})
