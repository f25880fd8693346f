import assert from 'node:assert/strict'
import test from 'node:test'
import {
  ada,
  ended,
  inProduction,
  inStaging,
  live,
  outcome,
  production,
  pushed,
  staging,
  waitingOn,
} from '../../test/helpers/deployments.ts'
import { type EngineUnderTest, startEngine } from '../../test/helpers/engine.ts'
import { policies, projectSpec } from '../../test/helpers/spec.ts'
import { waitFor } from '../../test/helpers/wait-for.ts'
import type { ProjectSpec } from '../domain/spec.ts'
import { Fault } from '../lib/fault.ts'
import type { VariableChange } from '../store/variables.ts'

const isFault = (code: string) => (error: unknown) => error instanceof Fault && error.code === code

test('applying changed variables replaces every instance of the same release; with nothing changed, nothing is asked for', async () => {
  await using it = await startEngine(projectSpec())
  await pushed(it, 'one')
  assert.throws(() => it.engine.actions.applyVariables(inProduction, ada), isFault('release.none'))
  const before = live(it, staging)
  assert.deepEqual(it.engine.actions.applyVariables(inStaging, ada), [])
  await set(it, 'COLOUR', 'red')
  const [asked] = it.engine.actions.applyVariables(inStaging, ada)
  await ended(it, asked?.id ?? '')
  assert.deepEqual([asked?.reason, outcome(it, asked?.id ?? '')], ['variables', 'succeeded'])
  assert.deepEqual([live(it, staging)?.release.id, live(it, staging)?.variables], [before?.release.id, 1])
  assert.deepEqual(seen(it, 'COLOUR'), ['red', 'red', 'red'])
  await set(it, 'COLOUR', 'red')
  assert.deepEqual(it.engine.actions.applyVariables(inStaging, ada), [])
})

test('taking away what nobody has set changes nothing, and says so', async () => {
  await using it = await startEngine(projectSpec())
  await pushed(it, 'one')
  await set(it, 'COLOUR', 'red')
  const gone = it.engine.actions.setVariables(inStaging, [plain('COLOUR', null), plain('SIZE', null)], ada)
  await assert.rejects(gone, /Nobody has set SIZE in staging/)
  assert.equal(it.store.variables.version('shop', 'staging'), 1)
})

test('a change of variables waits for a yes where a release would; the plan names what changes, and no value', async () => {
  await using it = await startEngine(projectSpec())
  await pushed(it, 'one')
  await approve(it)
  await it.engine.actions.setVariables(inProduction, [plain('GONE', '1'), plain('KEPT', '1')], ada)
  await approve(it, it.engine.actions.applyVariables(inProduction, ada)[0]?.id)
  const changes = [plain('GONE', null), plain('KEPT', '2'), { name: 'KEY', value: 's3cret', secret: true }]
  await it.engine.actions.setVariables(inProduction, changes, ada)
  const [asked] = it.engine.actions.applyVariables(inProduction, ada)
  assert.equal(asked?.state.kind, 'waiting')
  assert.equal(it.engine.actions.applyVariables(inProduction, ada)[0]?.id, asked?.id)
  const { plan } = it.queries.planOf(asked?.id ?? '')
  const { added, changed, removed, version } = plan.variables
  assert.deepEqual([version, added, changed, removed], [2, ['KEY'], ['KEPT'], ['GONE']])
  assert.doesNotMatch(JSON.stringify(plan), /s3cret/)
  await approve(it, asked?.id)
  assert.equal(live(it, production)?.variables, 2)
})

test('variables that are newer than what runs are told in the status, until they are applied', async () => {
  await using it = await startEngine(projectSpec())
  await pushed(it, 'one')
  const newer = async () => (await it.queries.status('shop', 'staging'))[0]?.newerVariables
  assert.equal(await newer(), null)
  await set(it, 'COLOUR', 'red')
  assert.deepEqual(await newer(), { version: 1, added: ['COLOUR'], changed: [], removed: [] })
  await ended(it, it.engine.actions.applyVariables(inStaging, ada)[0]?.id ?? '')
  assert.equal(await newer(), null)
})

test('X9 config_binding: environment — going back gets the variables of today, and the plan says so', async () => {
  await using it = await startEngine(projectSpec())
  const back = await goneBack(it)
  assert.deepEqual(planned(it, back), { version: 2, binding: 'environment' })
  assert.deepEqual(seen(it, 'COLOUR'), ['green', 'green', 'green'])
})

test('X9 config_binding: revision — going back gets what the release last ran with, secrets too, and the plan says so', async () => {
  await using it = await startEngine(bound('revision'))
  const back = await goneBack(it)
  assert.deepEqual(planned(it, back), { version: 1, binding: 'revision' })
  assert.deepEqual(seen(it, 'COLOUR'), ['red', 'red', 'red'])
  assert.deepEqual(seen(it, 'KEY'), ['first', 'first', 'first'])
  assert.equal(live(it, staging)?.variables, 1)
  assert.equal((await it.queries.status('shop', 'staging'))[0]?.newerVariables?.version, 2)
})

test('a rollout that goes back by itself leaves the old instances with the variables they had', async () => {
  await using it = await startEngine(projectSpec())
  await set(it, 'COLOUR', 'red')
  await pushed(it, 'one')
  await set(it, 'COLOUR', 'green')
  await it.push('two', { behaviour: { exitsAfterMs: 1 } })
  const failed = await waitFor('the end', () => it.store.deployments.list(staging, 1).find(({ id }) => id !== 'd1'))
  assert.equal((await ended(it, failed.id)).state.kind === 'finished' && outcome(it, failed.id), 'failed')
  assert.deepEqual(seen(it, 'COLOUR'), ['red', 'red', 'red'])
  assert.equal(live(it, staging)?.variables, 1)
})

/** One ran with red, two runs with green; then back to one. */
async function goneBack(it: EngineUnderTest): Promise<string> {
  const both = (colour: string, key: string) => [plain('COLOUR', colour), { name: 'KEY', value: key, secret: true }]
  await it.engine.actions.setVariables(inStaging, both('red', 'first'), ada)
  await pushed(it, 'one')
  await it.engine.actions.setVariables(inStaging, both('green', 'second'), ada)
  await pushed(it, 'two')
  const [back] = await it.engine.actions.rollback(inStaging, { version: null }, ada)
  await ended(it, back?.id ?? '')
  assert.equal(outcome(it, back?.id ?? ''), 'succeeded')
  return back?.id ?? ''
}

/** As it was recorded when the deployment was asked for. */
function planned(it: EngineUnderTest, id: string): unknown {
  const [fact] = it.store.facts.about(id)
  const plan = it.store.deployments.plan(id, String(fact?.data.plan))
  return { version: plan?.variables.version, binding: plan?.variables.binding }
}

function bound(configBinding: 'revision' | 'environment'): ProjectSpec {
  const spec = projectSpec()
  const environments = spec.environments.map((each) => ({ ...each, policies: { ...policies, configBinding } }))
  return { ...spec, environments }
}

function plain(name: string, value: string | null): VariableChange {
  return { name, value, secret: false }
}

async function set(it: EngineUnderTest, name: string, value: string): Promise<void> {
  await it.engine.actions.setVariables(inStaging, [plain(name, value)], ada)
}

/** What each instance in staging has for a variable. */
function seen(it: EngineUnderTest, name: string): readonly (string | undefined)[] {
  const names = live(it, staging)?.instances.map((each) => each.name) ?? []
  return [...it.world.host('one').instances.values()]
    .filter(({ spec }) => names.includes(spec.name))
    .map(({ spec }) => spec.env[name])
}

async function approve(it: EngineUnderTest, id?: string): Promise<void> {
  const waiting = id ?? (await waitFor('a deployment that waits', () => waitingOn(it, production))).id
  it.engine.actions.approve(waiting, it.queries.planOf(waiting).hash, { by: 'grace' })
  await ended(it, waiting)
  assert.equal(outcome(it, waiting), 'succeeded')
}
