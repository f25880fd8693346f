import assert from 'node:assert/strict'
import test from 'node:test'
import { ended, inStaging, live, newestEnded, pushed, rollingOn, staging } from '../../test/helpers/deployments.ts'
import { startEngine } from '../../test/helpers/engine.ts'
import { environmentSpec, policies, projectSpec } from '../../test/helpers/spec.ts'
import { waitFor } from '../../test/helpers/wait-for.ts'
import { Fault } from '../lib/fault.ts'
import { defaultSettings } from './parts.ts'

const ada = { by: 'ada' }

function closed(access: 'basic_auth' | 'unsaid') {
  const triggers = { push: ['main'], tags: [], releasePublished: false, after: [], schedules: [] }
  return projectSpec({
    environments: [environmentSpec({ name: 'staging', triggers, policies: { ...policies, access } })],
  })
}

test('X20 access: basic_auth — staging without a password refuses to publish, and publishes with one (trap 25)', async () => {
  await using it = await startEngine(closed('basic_auth'))
  await it.push('first')
  const refused = await newestEnded(it, staging, '')
  assert.equal(refused.state.kind === 'finished' && refused.state.outcome, 'failed')
  assert.match(refused.state.kind === 'finished' ? (refused.state.reason ?? '') : '', /nobody has one/)
  assert.equal(live(it, staging), null)
  const host = it.world.host('one')
  assert.deepEqual((await host.observe(staging)).instances, [])
  it.engine.actions.admit(inStaging, { name: 'ada', hash: 'of a password' }, ada)
  const [deployment] = it.engine.actions.deploy(inStaging, { version: null }, ada)
  await ended(it, deployment?.id ?? '')
  assert.notEqual(live(it, staging), null)
  assert.deepEqual(host.doors.get(staging)?.users, [{ name: 'ada', hash: 'of a password' }])
})

test('X20 access: what says nothing is closed as soon as others can reach the edge, and open until then', async () => {
  await using open = await startEngine(closed('unsaid'))
  await pushed(open, 'first')
  assert.notEqual(live(open, staging), null)
  await using reachable = await startEngine(closed('unsaid'), { settings: { ...defaultSettings, isEdgePublic: true } })
  await reachable.push('first')
  const refused = await newestEnded(reachable, staging, '')
  assert.equal(refused.state.kind === 'finished' && refused.state.outcome, 'failed')
})

test('maintenance reaches the target at once, in the middle of a deployment, and is in the record', async () => {
  await using it = await startEngine(projectSpec())
  await pushed(it, 'first')
  const host = it.world.host('one')
  await it.push('never well', { behaviour: { healthyAfterMs: null } })
  const moving = await rollingOn(it, staging, 'place')
  it.engine.actions.beginMaintenance(inStaging, { message: 'back soon' }, ada)
  await waitFor('the page', () => host.doors.get(staging)?.maintenance?.message === 'back soon')
  it.engine.actions.beginMaintenance(inStaging, { message: 'back later' }, ada)
  await waitFor('the other page', () => host.doors.get(staging)?.maintenance?.message === 'back later')
  assert.equal(it.engine.actions.endMaintenance(inStaging, ada), true)
  await waitFor('no page', () => host.doors.get(staging)?.maintenance === null)
  assert.equal(it.engine.actions.endMaintenance(inStaging, ada), false)
  assert.equal((await rollingOn(it, staging)).id, moving.id)
  const kinds = it.store.facts
    .newest(20)
    .map(({ kind }) => kind)
    .filter((kind) => kind.startsWith('environment.'))
  assert.deepEqual(kinds, [
    ...['environment.maintenance_began', 'environment.maintenance_began', 'environment.maintenance_ended'],
  ])
})

test('a door that comes late does not open what has been closed since', async () => {
  await using it = await startEngine(projectSpec())
  await pushed(it, 'first')
  const host = it.world.host('one')
  const newer = { version: 5_000_000_000_000, users: [], maintenance: { message: 'closed' } }
  await host.door(staging, newer)
  await host.door(staging, { version: 1, users: [], maintenance: null })
  assert.deepEqual(host.doors.get(staging), newer)
})

test('what is not there has no door', async () => {
  await using it = await startEngine(projectSpec())
  await pushed(it, 'first')
  const nowhere = { project: 'shop', environment: 'nowhere' }
  const isUnknown = (error: unknown) => error instanceof Fault && error.code === 'environment.unknown'
  assert.throws(() => it.engine.actions.admit(nowhere, { name: 'a', hash: 'b' }, ada), isUnknown)
  assert.throws(() => it.engine.actions.beginMaintenance(nowhere, { message: 'm' }, ada), isUnknown)
  assert.throws(() => it.queries.door(nowhere), isUnknown)
  assert.equal(it.engine.actions.dismiss(inStaging, { name: 'nobody' }, ada), false)
})
