import assert from 'node:assert/strict'
import test from 'node:test'
import {
  ada,
  ended,
  inProduction,
  inStaging,
  live,
  production,
  pushed,
  staging,
} from '../../test/helpers/deployments.ts'
import { type EngineUnderTest, startEngine } from '../../test/helpers/engine.ts'
import { environmentSpec, policies, projectSpec } from '../../test/helpers/spec.ts'
import { waitFor } from '../../test/helpers/wait-for.ts'
import type { EnvironmentTriggers } from '../domain/spec.ts'

const none: EnvironmentTriggers = { push: [], tags: [], releasePublished: false, after: [], schedules: [] }

function spec(concurrency: 'queue' | 'latest' = 'queue') {
  const held = { ...policies, concurrency, holdUntilPromotedTo: 'production' }
  return projectSpec({
    environments: [
      environmentSpec({ name: 'staging', triggers: { ...none, push: ['main'] }, policies: held }),
      environmentSpec({ name: 'production', needs: ['staging'] }),
    ],
  })
}

async function queued(it: EngineUnderTest, count: number) {
  return await waitFor(`${count} in the queue`, () => {
    const open = it.store.deployments.open(staging)
    return open.length === count && open.every(({ state }) => state.kind === 'queued') ? open : null
  })
}

async function promote(it: EngineUnderTest) {
  const [deployment] = it.engine.actions.promote({ ...inStaging, to: 'production' }, ada)
  await ended(it, deployment?.id ?? '')
}

test('releases wait for staging until what runs there has gone on, each for itself, in their order, and none is dropped', async () => {
  await using it = await startEngine(spec())
  await pushed(it, 'one')
  await it.push('two')
  await queued(it, 1)
  await it.push('three')
  const [two, three] = await queued(it, 2)
  const gates = it.queries.planOf(two?.id ?? '').gates.filter(({ answer }) => !answer.open)
  assert.deepEqual(
    gates.map(({ gate, answer }) => [gate, answer.because]),
    [['hold', `${live(it, staging)?.release.version} has not gone on to production yet; nothing runs there`]],
  )
  await promote(it)
  await ended(it, two?.id ?? '')
  assert.equal(live(it, staging)?.release.id, 'v2')
  assert.equal(it.store.deployments.get(three?.id ?? '')?.state.kind, 'queued', 'one at a time')
  await promote(it)
  await ended(it, three?.id ?? '')
  assert.deepEqual([live(it, staging)?.release.id, live(it, production)?.release.id], ['v3', 'v2'])
})

test('a person lets one pass with a reason, past those that are held; the record has both', async () => {
  await using it = await startEngine(spec())
  await pushed(it, 'one')
  await it.push('two')
  await queued(it, 1)
  await it.push('three')
  const [two, three] = await queued(it, 2)
  const wish = { version: three?.release.version ?? '', overrideHold: 'the fix cannot wait' }
  const [passed] = it.engine.actions.deploy(inStaging, wish, { by: 'grace' })
  assert.equal(passed?.id, three?.id, 'the one that waited already')
  await ended(it, passed?.id ?? '')
  assert.equal(live(it, staging)?.release.id, 'v3')
  const { state } = await ended(it, two?.id ?? '')
  assert.match(
    state.kind === 'finished' ? (state.reason ?? '') : '',
    /is older than/,
    'it would take the place of the newer one',
  )
  const fact = it.store.facts.about(passed?.id ?? '').find(({ kind }) => kind === 'deployment.override')
  assert.deepEqual([fact?.by, fact?.data], ['grace', { gate: 'hold', reason: 'the fix cannot wait' }])
})

test('what is no new release is not held: a way back, a redeployment, more instances', async () => {
  await using it = await startEngine(spec())
  await pushed(it, 'one')
  await promote(it)
  await pushed(it, 'two')
  await it.push('three')
  const [three] = await queued(it, 1)
  const [again] = it.engine.actions.redeploy(inStaging, ada)
  await ended(it, again?.id ?? '')
  await ended(it, it.engine.actions.scale(inStaging, { web: 1 }, ada).id)
  const [back] = await it.engine.actions.rollback(inStaging, { version: null }, ada)
  await ended(it, back?.id ?? '')
  // One is live in both again, so the next one comes.
  await ended(it, three?.id ?? '')
  assert.equal(live(it, staging)?.release.id, 'v3')
})

test('while releases are held, a newer one displaces older ones only where that is asked for', async () => {
  await using it = await startEngine(spec('latest'))
  await pushed(it, 'one')
  await it.push('two')
  await queued(it, 1)
  await it.push('three')
  await promote(it)
  await waitFor('three', () => live(it, staging)?.release.id === 'v3')
})

test('going back in production holds staging until somebody decides', async () => {
  await using it = await startEngine(spec())
  await pushed(it, 'one')
  await promote(it)
  await pushed(it, 'two')
  await promote(it)
  const [back] = await it.engine.actions.rollback(inProduction, { version: null }, ada)
  await ended(it, back?.id ?? '')
  await it.push('three')
  const [three] = await queued(it, 1)
  const [gate] = it.queries.planOf(three?.id ?? '').gates.filter(({ answer }) => !answer.open)
  const [one, two] = ['v1', 'v2'].map((id) => it.store.releases.get(id)?.version)
  assert.equal(gate?.answer.because, `${two} has not gone on to production yet; ${one} runs there`)
})
