import assert from 'node:assert/strict'
import test from 'node:test'
import { ada, ended, inStaging, live, pushed, rollingOn, staging } from '../../test/helpers/deployments.ts'
import { type EngineUnderTest, startEngine } from '../../test/helpers/engine.ts'
import { appSpec, environmentSpec, policies, processSpec, projectSpec } from '../../test/helpers/spec.ts'
import type { Behaviour } from '../targets/model/options.ts'

const pushTriggers = { push: ['main'], tags: [], releasePublished: false, after: [], schedules: [] }
const spec = projectSpec({
  checks: [],
  apps: [appSpec({ name: 'shop', processes: [processSpec({ name: 'web', instances: 3 })] })],
  environments: [environmentSpec({ name: 'staging', triggers: pushTriggers, policies })],
})

const exits: Partial<Behaviour> = { healthyAfterMs: 1, exitsAfterMs: 0 }

test('a rollback that fails is not rolled back: what serves is kept, and a person is asked (C23)', async () => {
  await using it = await startEngine(spec)
  await twoReleases(it)
  become(it, 'd1', exits)
  await it.engine.actions.rollback(inStaging, { version: null }, ada)
  const { state } = await ended(it, 'd3')
  assert.ok(state.kind === 'finished')
  assert.deepEqual([state.outcome, state.rolledBack], ['errored', false])
  assert.match(state.reason ?? '', /^needs a person: .*never rolled back by itself, and what serves was kept: 3 of/)
  assert.equal(live(it, staging)?.deployment, 'd2')
  assert.deepEqual(await serving(it), ['d2-web-1', 'd2-web-2', 'd2-web-3'])
})

test('a rollback that fails half way keeps both: nobody is missing, and what is kept is what is live from then on', async () => {
  await using it = await startEngine(spec)
  await twoReleases(it)
  busy(it)
  await it.engine.actions.rollback(inStaging, { version: null }, ada)
  await rollingOn(it, staging, 'drain')
  become(it, 'd1', exits)
  const { state } = await ended(it, 'd3')
  assert.ok(state.kind === 'finished')
  assert.deepEqual([state.outcome, state.rolledBack], ['errored', false])
  assert.match(state.reason ?? '', /2 of \w+, 1 of \w+$/)
  assert.deepEqual(await serving(it), ['d2-web-2', 'd2-web-3', 'd3-web-1'])
  const kept = live(it, staging)
  assert.deepEqual([kept?.deployment, kept?.instances.map(({ name }) => name).sort()], ['d2', await serving(it)])
})

test('a rollback that a person cancels goes back to where it came from', async () => {
  await using it = await startEngine(spec)
  await twoReleases(it)
  become(it, 'd1', { healthyAfterMs: null })
  await it.engine.actions.rollback(inStaging, { version: null }, ada)
  await rollingOn(it, staging, 'place')
  it.engine.actions.cancelDeployment('d3', ada)
  const { state } = await ended(it, 'd3')
  assert.ok(state.kind === 'finished')
  assert.deepEqual([state.outcome, state.rolledBack], ['aborted', true])
  assert.deepEqual(await serving(it), ['d2-web-1', 'd2-web-2', 'd2-web-3'])
})

test('a redeployment that fails half way puts nothing in place of the same release (C23)', async () => {
  await using it = await startEngine(spec)
  await pushed(it, 'v1')
  busy(it)
  it.engine.actions.redeploy(inStaging, ada)
  await rollingOn(it, staging, 'drain')
  become(it, 'd1', exits)
  const { state } = await ended(it, 'd2')
  assert.ok(state.kind === 'finished')
  assert.deepEqual([state.outcome, state.rolledBack], ['failed', true])
  assert.deepEqual(await serving(it), ['d1-web-2', 'd1-web-3', 'd2-web-1'])
  const started = it.store.facts
    .about('d2')
    .filter(({ kind }) => kind === 'deployment.place')
    .flatMap(({ data }) => data.instances as string[])
  assert.ok(!started.includes('d1-web-1'), 'what has gone is not started again')
})

async function twoReleases(it: EngineUnderTest): Promise<void> {
  for (const title of ['v1', 'v2']) await pushed(it, title)
}

/** From now on the release of this deployment behaves like this. */
function become(it: EngineUnderTest, deployment: string, behaviour: Partial<Behaviour>): void {
  const { release } = it.store.deployments.get(deployment) ?? {}
  if (release === undefined) throw new Error(`no ${deployment}`)
  it.world.publish({ ...release, app: 'shop' }, behaviour)
}

/** Every instance answers somebody for a while, so that it takes as long to drain. */
function busy(it: EngineUnderTest): void {
  for (let count = 0; count < 6; count += 1) void it.world.host('one').edge.visit('staging.test', { takesMs: 600 })
}

async function serving(it: EngineUnderTest): Promise<readonly string[]> {
  const [now] = await it.queries.status(inStaging.project, inStaging.environment)
  return [...(now?.serving ?? [])].sort()
}
