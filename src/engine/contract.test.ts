import assert from 'node:assert/strict'
import test from 'node:test'
import { ada, ended, inProduction, inStaging, live, outcome, staging } from '../../test/helpers/deployments.ts'
import { type EngineUnderTest, startEngine } from '../../test/helpers/engine.ts'
import { appSpec, policies, projectSpec, variableSpec } from '../../test/helpers/spec.ts'
import { waitFor } from '../../test/helpers/wait-for.ts'
import type { Deployment } from '../domain/deployment.ts'
import type { PolicySpec, ProjectSpec, VariableSpec } from '../domain/spec.ts'
import { Fault } from '../lib/fault.ts'

const withCode = (code: string, said: RegExp) => (error: unknown) =>
  error instanceof Fault && error.code === code && said.test(error.message)

const secondMs = 1000

test('what a protected environment lacks holds a release everywhere, and lets others pass, until it is set', async () => {
  await using it = await startEngine(projectSpec())
  await set(it, inStaging, 'KEY', 'here')
  await it.push('one')
  await ended(it, (await newest(it, staging)).id)
  await it.push('two', { spec: requiring({ KEY: { since: '2.0' } }) })
  const held = await waitFor('two to be asked for', () =>
    it.store.deployments.open(staging).find(({ state }) => state.kind === 'queued'),
  )
  const [other] = it.engine.actions.redeploy(inStaging, ada)
  await ended(it, other?.id ?? '')
  assert.equal(outcome(it, other?.id ?? ''), 'succeeded')
  assert.equal(it.store.deployments.get(held.id)?.state.kind, 'queued')
  assert.deepEqual(gate(it, held.id), {
    open: false,
    because: 'production lacks KEY (required since 2.0)',
    openedBy: 'signalbox env set production KEY=…, or env waive',
  })
  await set(it, inProduction, 'KEY', 'there')
  await ended(it, held.id)
  assert.equal(outcome(it, held.id), 'succeeded')
})

test('what stood aside does not go once a newer commit has passed it', async () => {
  await using it = await startEngine(projectSpec())
  await set(it, inStaging, 'KEY', 'here')
  await it.push('one', { spec: requiring({ KEY: {} }) })
  const held = await newest(it, staging)
  await it.push('two', { spec: projectSpec() })
  await ended(it, (await newest(it, staging, held.id)).id)
  const { state } = await ended(it, held.id)
  assert.match(state.kind === 'finished' ? (state.reason ?? '') : '', /is older than .*, which is live/)
})

test('going back, another number of instances and changed variables bring nothing new, and wait for nobody elsewhere', async () => {
  await using it = await startEngine(requiring({ KEY: {} }))
  await set(it, inStaging, 'KEY', '1')
  await set(it, inProduction, 'KEY', '1')
  await it.push('one')
  await ended(it, (await newest(it, staging)).id)
  it.engine.actions.waive(inProduction, { name: 'KEY', reason: 'it moves', forMs: 50 }, ada)
  await set(it, inProduction, 'KEY', null)
  await waitFor('the waiver to end', () => it.store.waivers.list('shop').length === 0)
  await set(it, inStaging, 'KEY', '2')
  for (const asked of [
    it.engine.actions.scale(inStaging, { web: 1 }, ada),
    ...it.engine.actions.redeploy(inStaging, ada),
    ...it.engine.actions.applyVariables(inStaging, ada),
  ]) {
    await ended(it, asked.id)
    assert.equal(outcome(it, asked.id), 'succeeded', asked.reason)
  }
})

test('a waiver opens the contract, is recorded with its reason, and ends by itself', async () => {
  await using it = await startEngine(requiring({ KEY: {} }))
  await set(it, inStaging, 'KEY', '1')
  await it.push('one')
  const first = await newest(it, staging)
  assert.equal(it.store.deployments.get(first.id)?.state.kind, 'queued')
  it.engine.actions.waive(inProduction, { name: 'KEY', reason: 'the vendor is slow', forMs: secondMs }, ada)
  await ended(it, first.id)
  assert.equal(outcome(it, first.id), 'succeeded')
  await waitFor('the waiver to end', () => it.store.waivers.list('shop').length === 0)
  await it.push('two')
  const second = await newest(it, staging, first.id)
  assert.equal(gate(it, second.id).open, false)
  const told = it.store.facts.list({ after: 0, limit: 999 }).filter(({ kind }) => kind.startsWith('variable.'))
  assert.deepEqual(
    told.map(({ kind, by, data }) => [kind, by, data.name, data.reason ?? data.because]),
    [
      ['variable.waived', 'ada', 'KEY', 'the vendor is slow'],
      ['variable.waiver_ended', 'signalbox', 'KEY', 'it expired'],
    ],
  )
  it.engine.actions.waive(inProduction, { name: 'KEY', reason: 'again', forMs: secondMs * 100 }, ada)
  assert.deepEqual(
    [it.engine.actions.unwaive(inProduction, 'KEY', ada), it.engine.actions.unwaive(inProduction, 'KEY', ada)],
    [true, false],
  )
})

test('a missing variable is refused before anything moves, and never becomes an empty string (trap 9)', async () => {
  await using it = await startEngine(projectSpec())
  await deployed(it, 'before', projectSpec())
  const before = live(it, staging)
  await set(it, inProduction, 'KEY', 'there')
  it.engine.actions.waive(inStaging, { name: 'KEY', reason: 'a waiver gives no value', forMs: 100 * secondMs }, ada)
  await it.push('one', { spec: requiring({ KEY: {} }) })
  const { state, phases } = await ended(it, (await newest(it, staging, before?.deployment)).id)
  assert.deepEqual([phases, state.kind === 'finished' && state.reason], [[], 'missing in staging: KEY'])
  assert.deepEqual(live(it, staging), before)
})

test('what a run requires and environments lack is on record when the run begins', async () => {
  await using it = await startEngine(requiring({ KEY: { since: '2.0' }, SET: {}, FREE: { required: false } }))
  await set(it, inProduction, 'SET', '1')
  await it.push('one')
  const [fact] = it.store.facts.list({ after: 0, limit: 9, kind: 'run.variables_lacking' })
  assert.deepEqual(
    [fact?.subject, fact?.data.lacks],
    [
      'r1',
      [
        { environment: 'staging', app: 'shop', name: 'KEY', since: '2.0' },
        { environment: 'staging', app: 'shop', name: 'SET', since: null },
        { environment: 'production', app: 'shop', name: 'KEY', since: '2.0' },
      ],
    ],
  )
})

test('a value of another type than declared is refused when it is set; a secret is not repeated', async () => {
  await using it = await startEngine(requiring({ LIMIT: { type: 'number' }, KEY: { type: 'url', secret: true } }))
  await it.push('one')
  await assert.rejects(set(it, inStaging, 'KEY', ''), withCode('variable.empty', /requires KEY in staging/))
  await assert.rejects(set(it, inStaging, 'LIMIT', 'many'), withCode('variable.wrong_type', /LIMIT .*a number.*"many"/))
  const secret = { name: 'KEY', value: 's3cret', secret: true }
  await assert.rejects(
    it.engine.actions.setVariables(inStaging, [secret], ada),
    (error) => withCode('variable.wrong_type', /KEY .*a URL/)(error) && !JSON.stringify(error).includes('s3cret'),
  )
})

test('a value that a release declares otherwise stops its deployment before anything moves, a secret one too', async () => {
  await using it = await startEngine(projectSpec())
  for (const place of [inStaging, inProduction]) {
    const secret = { name: 'KEY', value: 'word', secret: true }
    await it.engine.actions.setVariables(place, [{ name: 'LIMIT', value: '1', secret: false }, secret], ada)
  }
  await it.push('one', { spec: requiring({ LIMIT: { type: 'url' }, KEY: { type: 'number' } }) })
  const { state, phases } = await ended(it, (await newest(it, staging)).id)
  const because = 'LIMIT in staging is not a URL; KEY in staging is not a number'
  assert.deepEqual([phases, state.kind === 'finished' && state.reason], [[], because])
})

test('a variable is taken away only when nothing that runs, comes or may be gone back to requires it', async () => {
  await using it = await startEngine(projectSpec())
  const take = () => set(it, inStaging, 'KEY', null)
  await set(it, inStaging, 'KEY', '1')
  await set(it, inProduction, 'KEY', '1')
  await deployed(it, 'needs it', requiring({ KEY: {} }))
  await assert.rejects(take(), withCode('variable.needed', /shop \w+, which is live/))
  await deployed(it, 'does not', requiring({}))
  await assert.rejects(take(), withCode('variable.needed', /shop \w+, which may be gone back to/))
  it.engine.actions.lock(inStaging, { reason: 'wait', forMs: null }, ada)
  await it.push('needs it again', { spec: requiring({ KEY: {} }) })
  await waitFor('it to wait', () => it.store.deployments.open(staging)[0])
  await assert.rejects(take(), withCode('variable.needed', /shop \w+, which is to come with d\d+/))
  it.engine.actions.waive(inStaging, { name: 'KEY', reason: 'it leaked', forMs: secondMs * 100 }, ada)
  await take()
  assert.deepEqual(it.store.variables.at('shop', 'staging', 2), [])
})

test('what nobody goes back to, or goes back to with its own variables, keeps none of today', async () => {
  for (const policy of [{ rollback: 'forbidden' }, { configBinding: 'revision' }] as const) {
    await using it = await startEngine(projectSpec())
    await set(it, inStaging, 'KEY', '1')
    await set(it, inProduction, 'KEY', '1')
    await deployed(it, 'needs it', requiring({ KEY: {} }, policy))
    await deployed(it, 'does not', requiring({}, policy))
    await set(it, inStaging, 'KEY', null)
  }
})

function requiring(given: Record<string, Partial<VariableSpec>>, policy: Partial<PolicySpec> = {}): ProjectSpec {
  const variables = Object.entries(given).map(([name, more]) => variableSpec({ name, required: true, ...more }))
  const spec = projectSpec({ apps: [appSpec({ name: 'shop', variables })] })
  const environments = spec.environments.map((each) => ({ ...each, policies: { ...policies, ...policy } }))
  return { ...spec, environments }
}

async function set(it: EngineUnderTest, place: typeof inStaging, name: string, value: string | null): Promise<void> {
  await it.engine.actions.setVariables(place, [{ name, value, secret: false }], ada)
}

async function deployed(it: EngineUnderTest, title: string, spec: ProjectSpec): Promise<void> {
  const sha = await it.push(title, { spec })
  await waitFor(`${title} to be live`, () => live(it, staging)?.release.commit === sha)
}

/** Another than the one named. */
async function newest(it: EngineUnderTest, track: string, than = ''): Promise<Deployment> {
  return await waitFor(`a deployment on ${track}`, () =>
    it.store.deployments.list(track, 1).find(({ id }) => id !== than),
  )
}

function gate(it: EngineUnderTest, id: string) {
  const report = it.queries.planOf(id).gates.find((each) => each.gate === 'contract')
  assert.ok(report !== undefined)
  return report.answer
}
