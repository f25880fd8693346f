import assert from 'node:assert/strict'
import test from 'node:test'
import {
  ada,
  ended,
  inProduction,
  inStaging,
  live,
  newestEnded,
  production,
  pushed,
  rollingOn,
  staging,
  waitingOn,
} from '../../test/helpers/deployments.ts'
import { startEngine, succeeded } from '../../test/helpers/engine.ts'
import { appSpec, environmentSpec, projectSpec } from '../../test/helpers/spec.ts'
import { waitFor } from '../../test/helpers/wait-for.ts'
import { Fault } from '../lib/fault.ts'

const isFault = (code: string) => (error: unknown) => error instanceof Fault && error.code === code
const everyBranch = { ...projectSpec().triggers, push: { branches: ['**'], paths: [] } }

test('the newest release is the newest of the branch that is deployed, not of whatever was built last', async () => {
  await using it = await startEngine(projectSpec({ triggers: everyBranch }))
  const slow = Promise.withResolvers<void>()
  const older = await it.push('older', { job: async () => slow.promise.then(() => succeeded) })
  await pushed(it, 'newer')
  slow.resolve()
  await waitFor('the older one to be built', () => it.store.releases.ofCommit('shop', 'shop', older) !== null)
  const side = await it.push('side', { branch: 'side' })
  await waitFor('the side branch to be built', () => it.store.releases.ofCommit('shop', 'shop', side) !== null)
  const [deployment] = it.engine.actions.deploy(inStaging, { version: null }, ada)
  assert.equal(deployment?.release.id, live(it, staging)?.release.id)
})

test('a branch made from what is deployed is not taken for the branch that is deployed', async () => {
  await using it = await startEngine(projectSpec({ triggers: everyBranch }))
  const first = await it.push('first')
  await waitFor('first to be live', () => live(it, staging)?.release.commit === first)
  it.setRef('side', first)
  await it.engine.actions.sync('shop', 'ada')
  const environments = [...projectSpec().environments, environmentSpec({ name: 'qa' })]
  await it.push('on the side', { branch: 'side', spec: projectSpec({ environments, triggers: everyBranch }) })
  const place = { project: 'shop', environment: 'qa' }
  assert.throws(() => it.engine.actions.lock(place, { reason: 'x', forMs: null }, ada), isFault('environment.unknown'))
})

test('while something is on its way there is no "release before": the person is told how to take that back', async () => {
  await using it = await startEngine(projectSpec())
  await pushed(it, 'one')
  await pushed(it, 'two')
  await it.push('three', { behaviour: { healthyAfterMs: 60_000 } })
  const { id } = await rollingOn(it, staging)
  const back = it.engine.actions.rollback(inStaging, { version: null }, ada)
  await assert.rejects(back, (error) => isFault('rollback.moving')(error) && String(error).includes(id))
  const { version } = it.store.releases.get('v1') ?? { version: '' }
  const [named] = await it.engine.actions.rollback(inStaging, { version }, ada)
  assert.equal(named?.state.kind, 'queued')
  it.engine.actions.cancelDeployment(id, ada)
  await ended(it, named?.id ?? '')
  assert.equal(live(it, staging)?.release.id, 'v1')
})

test('nobody goes back to a release that never ran there', async () => {
  await using it = await startEngine(projectSpec())
  await pushed(it, 'one')
  await it.push('bad', { behaviour: { exitsAfterMs: 1 } })
  await newestEnded(it, staging, 'd1')
  const { version } = it.store.releases.get('v2') ?? { version: '' }
  await assert.rejects(it.engine.actions.rollback(inStaging, { version }, ada), isFault('rollback.never_there'))
})

test('a rollback whose target is thrown away while its archive is being checked is refused', async () => {
  const checking = Promise.withResolvers<void>()
  const artifacts = { verify: () => checking.promise, list: async () => [], remove: async () => {} }
  await using it = await startEngine(projectSpec(), { artifacts })
  await pushed(it, 'one')
  await pushed(it, 'two')
  const { version } = it.store.releases.get('v1') ?? { version: '' }
  const back = it.engine.actions.rollback(inStaging, { version }, ada)
  it.store.releases.discard('v1', 1)
  checking.resolve()
  await assert.rejects(back, isFault('release.discarded'))
})

test('what is live in an environment is not promoted to where it is', async () => {
  await using it = await startEngine(projectSpec())
  await pushed(it, 'one')
  await waitFor('it to be live', () => live(it, staging))
  assert.throws(() => it.engine.actions.promote({ ...inStaging, to: 'staging' }, ada), isFault('environment.same'))
  assert.equal(it.store.deployments.list(staging, 9).length, 1)
})

test('sending or promoting what waits for people there already is asking once', async () => {
  await using it = await startEngine(projectSpec())
  await pushed(it, 'one')
  const waiting = await waitFor('a deployment that waits', () => waitingOn(it, production))
  const [sent] = it.engine.actions.deploy(inProduction, { version: null }, ada)
  const [promoted] = it.engine.actions.promote({ ...inStaging, to: 'production' }, ada)
  assert.deepEqual([sent?.id, promoted?.id], [waiting.id, waiting.id])
})

test('an app goes only to environments that have it', async () => {
  const apps = [appSpec({ name: 'shop' }), appSpec({ name: 'docs' })]
  const triggers = { push: ['main'], tags: [], releasePublished: false, after: [], schedules: [] }
  const hostsOf = { shop: ['shop.test'], docs: ['docs.test'] }
  const environments = [
    environmentSpec({ name: 'staging', apps: ['shop', 'docs'], triggers, hostsOf }),
    environmentSpec({ name: 'production', apps: ['shop'] }),
  ]
  await using it = await startEngine(projectSpec({ apps, environments }))
  await pushed(it, 'one')
  await waitFor('the docs too', () => live(it, 'shop/docs/staging'))
  const place = { ...inStaging, to: 'production' }
  assert.throws(() => it.engine.actions.promote({ ...place, app: 'docs' }, ada), isFault('app.unknown'))
  const made = it.engine.actions.promote(place, ada)
  assert.deepEqual([...made.map(({ track }) => track)], [production])
  await ended(it, made[0]?.id ?? '')
  assert.equal(it.store.tracks.get('shop/docs/production'), null)
})
