import assert from 'node:assert/strict'
import test from 'node:test'
import { ada, ended, pushed, rollingOn, staging } from '../../test/helpers/deployments.ts'
import { startEngine } from '../../test/helpers/engine.ts'
import { appSpec, environmentSpec, policies, processSpec, projectSpec } from '../../test/helpers/spec.ts'

const pushTriggers = { push: ['main'], tags: [], releasePublished: false, after: [], schedules: [] }
const stagingAt = (host: string, given = {}) =>
  projectSpec({ environments: [environmentSpec({ name: 'staging', hosts: [host], triggers: pushTriggers, ...given })] })

test('a bad release that brings another host name: going back brings back the name too', async () => {
  await using it = await startEngine(stagingAt('old.test'))
  await pushed(it, 'good')
  const { edge } = it.world.host('one')
  await it.push('bad', { spec: stagingAt('new.test'), behaviour: { exitsAfterMs: 1 } })
  const { state } = await ended(it, 'd2')
  assert.equal(state.kind === 'finished' && state.rolledBack, true)
  assert.equal((await edge.visit('old.test', {})).status, 200)
  assert.equal((await edge.visit('new.test', {})).status, 404)
})

test('where the old one stops before the new one starts, going back never runs both either', async () => {
  const policy = { policies: { ...policies, strategy: { kind: 'stop_start' } as const } }
  const spec = {
    ...stagingAt('a.test', policy),
    apps: [appSpec({ name: 'shop', processes: [processSpec({ name: 'web' })] })],
  }
  await using it = await startEngine(spec)
  await pushed(it, 'good')
  const { instances } = it.world.host('one')
  await it.push('slow', { behaviour: { healthyAfterMs: 60_000 } })
  const { id } = await rollingOn(it, staging, 'place')
  it.engine.actions.cancelDeployment(id, ada)
  let most = 0
  const watch = setInterval(() => {
    most = Math.max(most, instances.size)
  }, 1)
  await ended(it, id).finally(() => clearInterval(watch))
  assert.equal(most, 1)
  assert.equal((await it.world.host('one').edge.visit('a.test', {})).instance, 'd1-web-1')
})
