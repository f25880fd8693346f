import assert from 'node:assert/strict'
import test from 'node:test'
import { ada, ended, inStaging, pushed, rollingOn, staging } from '../../test/helpers/deployments.ts'
import { type EngineUnderTest, startEngine } from '../../test/helpers/engine.ts'
import { appSpec, environmentSpec, policies, processSpec, projectSpec } from '../../test/helpers/spec.ts'
import { waitFor } from '../../test/helpers/wait-for.ts'
import type { InstanceDriver } from '../targets/driver.ts'
import { modelDriver } from '../targets/model/driver.ts'

const pushTriggers = { push: ['main'], tags: [], releasePublished: false, after: [], schedules: [] }
const spec = projectSpec({
  checks: [],
  apps: [appSpec({ name: 'shop', processes: [processSpec({ name: 'web', instances: 2 })] })],
  environments: [environmentSpec({ name: 'staging', triggers: pushTriggers, policies })],
})

/** What is not as planned may still come, until the limit. */
const hurried = {
  ...spec,
  environments: spec.environments.map((each) => ({ ...each, policies: { ...each.policies, runTimeoutMs: 1_500 } })),
}

test('after each end every instance is asked which version it runs: after success, going back and giving up (C31)', async () => {
  await using it = await startEngine(spec)
  await pushed(it, 'v1')
  const version = it.store.deployments.get('d1')?.release.version
  assert.deepEqual(await versionsOf(it, 'd1'), { 'd1-web-1': version, 'd1-web-2': version })
  await it.push('bad', { behaviour: { healthyAfterMs: 1, exitsAfterMs: 0 } })
  await ended(it, 'd2')
  assert.deepEqual(await versionsOf(it, 'd2'), { 'd1-web-1': version, 'd1-web-2': version })
  await it.push('slow', { behaviour: { healthyAfterMs: null } })
  await rollingOn(it, staging, 'place')
  it.engine.actions.cancelDeployment('d3', ada)
  assert.deepEqual(await versionsOf(it, 'd3'), { 'd1-web-1': version, 'd1-web-2': version })
})

test('a target that is stable with another release than the one asked for is no success (trap 11)', async () => {
  const given: { driver: InstanceDriver | null } = { driver: null }
  await using it = await startEngine(spec, { driver: () => given.driver as InstanceDriver })
  const own = modelDriver({ world: it.world, host: it.world.host('one') })
  given.driver = own
  await pushed(it, 'v1')
  const { digest, version } = it.store.deployments.get('d1')?.release ?? { digest: '', version: '' }
  // As a platform does that has rolled back by itself: everything healthy, and everything of the release before.
  given.driver = {
    ...own,
    async observe(track, signal) {
      const seen = await own.observe(track, signal)
      return { ...seen, instances: seen.instances.map((each) => ({ ...each, digest, version })) }
    },
  }
  await it.push('v2', { spec: hurried })
  const { state } = await ended(it, 'd2')
  assert.ok(state.kind === 'finished')
  assert.equal(state.outcome, 'failed')
  assert.match(state.reason ?? '', /took longer than its limit while it was at "verify"/)
})

test('mixed versions are said in plain words until the fleet is uniform (C50)', async () => {
  await using it = await startEngine(spec)
  for (const title of ['v1', 'v2']) await pushed(it, title)
  const [v1, v2] = ['d1', 'd2'].map((id) => it.store.deployments.get(id)?.release)
  it.world.publish({ ...(v1 as NonNullable<typeof v1>), app: 'shop' })
  for (let count = 0; count < 6; count += 1) void it.world.host('one').edge.visit('staging.test', { takesMs: 500 })
  await it.engine.actions.rollback(inStaging, { version: null }, ada)
  await rollingOn(it, staging, 'drain')
  it.world.publish({ ...(v1 as NonNullable<typeof v1>), app: 'shop' }, { healthyAfterMs: 1, exitsAfterMs: 0 })
  await ended(it, 'd3')
  const mixed = async () => (await it.queries.status('shop', 'staging'))[0]?.mixed
  assert.equal(await mixed(), `mixed versions: 1 of ${v2?.version}, 1 of ${v1?.version}`)
  const fact = await waitFor('the look after it', () =>
    it.store.facts.about('d3').find(({ kind }) => kind === 'deployment.versions'),
  )
  assert.match(String(fact.data.mixed), /^mixed versions: /)
  it.engine.actions.deploy(inStaging, { version: v2?.version ?? '' }, ada)
  await ended(it, 'd4')
  assert.equal(await mixed(), null)
})

async function versionsOf(it: EngineUnderTest, id: string) {
  const found = await waitFor(`the look after ${id}`, () => it.store.deployments.get(id)?.versions)
  assert.equal(found.problem, null)
  return found.instances
}
