import assert from 'node:assert/strict'
import test from 'node:test'
import { ada, ended, inProduction, inStaging, live, pushed, staging } from '../../test/helpers/deployments.ts'
import { type EngineUnderTest, startEngine, succeeded } from '../../test/helpers/engine.ts'
import { appSpec, environmentSpec, policies, processSpec, projectSpec } from '../../test/helpers/spec.ts'
import { waitFor } from '../../test/helpers/wait-for.ts'
import type { AppSpec, PolicySpec } from '../domain/spec.ts'

const pushTriggers = { push: ['main'], tags: [], releasePublished: false, after: [], schedules: [] }
const web = processSpec({ name: 'web' })

const specWith = (policy: Partial<PolicySpec> = {}, app: Partial<AppSpec> = {}, approvals = 0) =>
  projectSpec({
    checks: [],
    apps: [appSpec({ name: 'shop', processes: [web], ...app })],
    environments: [
      environmentSpec({
        name: 'staging',
        triggers: pushTriggers,
        protection: { approvals, approvers: [], selfApproval: true, expiresMs: 60_000, requireChecks: [] },
        policies: { ...policies, ...policy },
      }),
    ],
  })

test('the releases that were live are told, with what is in the way of each and what to know before', async () => {
  const key = {
    name: 'KEY',
    type: 'string',
    required: true,
    secret: false,
    default: null,
    since: null,
    description: '',
  }
  await using it = await startEngine(specWith({}, { variables: [key as AppSpec['variables'][number]] }), {
    artifacts: {
      verify: async (digest) => {
        if (digest === damaged) throw new Error('its checksum is another one')
      },
      list: async () => [],
      remove: async () => {},
    },
  })
  let damaged = ''
  await it.engine.actions.setVariables(inStaging, [{ name: 'KEY', value: 'x', secret: false }], ada)
  for (const title of ['v1', 'v2']) await pushed(it, title)
  await it.push('v3', { spec: specWith() })
  await ended(it, 'd3')
  damaged = it.store.deployments.get('d1')?.release.digest ?? ''
  await it.engine.actions.setVariables(inStaging, [{ name: 'KEY', value: null, secret: false }], ada).catch(() => {})
  const ways = await it.queries.waysBack(inStaging)
  assert.deepEqual(
    ways.map(({ lastBy, obstacles }) => [lastBy, obstacles]),
    [
      ['d2', []],
      ['d1', ['its checksum is another one']],
    ],
  )
})

test('going back over many releases is said, and needs a reason', async () => {
  await using it = await startEngine(specWith())
  for (const title of ['v1', 'v2', 'v3', 'v4', 'v5', 'v6', 'v7']) await pushed(it, title)
  const version = it.store.deployments.get('d1')?.release.version ?? ''
  const [plan] = await it.queries.rollbackPlans(inStaging, version)
  assert.deepEqual(plan?.warnings, ['6 releases have been live since'])
  assert.equal(plan?.answer.plan.reason, 'rollback')
  await assert.rejects(it.engine.actions.rollback(inStaging, { version }, ada), { code: 'rollback.reason_needed' })
  await it.engine.actions.rollback(inStaging, { version }, { ...ada, comment: 'the new page is empty' })
  const back = await ended(it, 'd8')
  assert.deepEqual([back.reason, back.comment], ['rollback', 'the new page is empty'])
})

test('in a protected environment going back needs a reason', async () => {
  await using it = await startEngine(specWith({}, {}, 1))
  for (const [index, title] of ['v1', 'v2'].entries()) {
    await it.push(title)
    const { id } = await waitFor(`${title} to wait`, () => it.store.deployments.get(`d${index + 1}`))
    it.engine.actions.approve(id, it.queries.planOf(id).hash, ada)
    await ended(it, id)
  }
  const back = (comment?: string) => it.engine.actions.rollback(inStaging, { version: null }, { ...ada, comment })
  await assert.rejects(back(), { code: 'rollback.reason_needed' })
  const [made] = await back('it is too slow')
  assert.deepEqual([made?.reason, made?.state.kind], ['rollback', 'waiting'])
})

test('X1 rollback: automatic_only and forbidden — nobody goes back by hand, and both name the way forward', async () => {
  for (const policy of ['automatic_only', 'forbidden'] as const) {
    await using it = await startEngine(specWith({ rollback: policy }))
    for (const title of ['v1', 'v2']) await pushed(it, title)
    const refused = it.engine.actions.rollback(inStaging, { version: null }, ada)
    await assert.rejects(refused, (error: { code: string; hint: string }) => {
      assert.equal(error.code, 'rollback.forbidden')
      assert.match(error.hint, /signalbox revert d2/)
      return true
    })
    const [way] = await it.queries.waysBack(inStaging)
    assert.deepEqual(way?.obstacles, [`the policy is \`rollback: ${policy}\``])
    // The circuit breaker is another matter.
    await it.push('bad', { behaviour: { healthyAfterMs: 1, exitsAfterMs: 0 } })
    const { state } = await ended(it, 'd3')
    assert.equal(state.kind === 'finished' && state.rolledBack, true)
    assert.equal(live(it, staging)?.deployment, 'd2')
  }
})

test('a failed deployment is tried again as a new one: same release, same asker, counted, once', async () => {
  await using it = await startEngine(specWith())
  await pushed(it, 'v1')
  await it.push('v2', { behaviour: { healthyAfterMs: 1, exitsAfterMs: 0 } })
  const failed = await ended(it, 'd2')
  assert.throws(() => it.engine.actions.retryDeployment('d1', { by: 'grace' }), { code: 'deployment.not_retryable' })
  it.world.publish({ ...failed.release, app: 'shop' })
  const made = it.engine.actions.retryDeployment('d2', { by: 'grace' })
  assert.deepEqual([made.retryOf, made.attempt, made.by, made.release.id], ['d2', 2, 'ada', failed.release.id])
  assert.throws(() => it.engine.actions.retryDeployment('d2', { by: 'grace' }), { code: 'deployment.not_retryable' })
  const { state } = await ended(it, made.id)
  assert.equal(state.kind === 'finished' && state.outcome, 'succeeded')
  const fact = it.store.facts.about(made.id).find(({ kind }) => kind === 'deployment.retried')
  assert.deepEqual([fact?.by, fact?.data.for], ['grace', 'ada'])
})

test('a run that is run again keeps its asker and what succeeded, and repeats nothing outside of it (C26)', async () => {
  const spec = { ...projectSpec(), apps: specWith().apps, environments: specWith().environments }
  await using it = await startEngine(spec)
  let isGood = false
  const sha = await it.push('v1', {
    job: async (job) => (isGood || job.archive ? succeeded : { ...succeeded, outcome: 'failed', reason: 'exit 1' }),
  })
  const [run] = it.store.runs.ofCommit('shop', sha)
  const id = run?.id ?? ''
  await waitFor('the run to fail', () => it.store.runs.get(id)?.outcome === 'failed')
  isGood = true
  it.engine.actions.rerun(id, { by: 'grace' })
  await waitFor('the run to succeed', () => it.store.runs.get(id)?.outcome === 'succeeded')
  const { state } = await ended(it, 'd1')
  assert.equal(state.kind === 'finished' && state.outcome, 'succeeded')
  const after = it.store.runs.get(id)
  assert.equal(after?.by, 'ada')
  assert.equal(it.store.deployments.get('d1')?.by, 'ada')
  assert.equal(after?.jobs.find(({ kind }) => kind === 'check')?.attempt, 2)
  const facts = count(it, ['run.rerun', 'release.built', 'deployment.requested', 'event.accepted'])
  assert.deepEqual(facts, { 'run.rerun': 1, 'release.built': 1, 'deployment.requested': 1, 'event.accepted': 1 })
  assert.equal(it.store.facts.newest(100).find(({ kind }) => kind === 'run.rerun')?.by, 'grace')
  assert.throws(() => it.engine.actions.rerun(id, { by: 'grace' }), { code: 'run.not_rerunnable' })
})

function count(it: EngineUnderTest, kinds: readonly string[]): Record<string, number> {
  const all = it.store.facts.newest(500)
  return Object.fromEntries(kinds.map((kind) => [kind, all.filter((each) => each.kind === kind).length]))
}

test('a redeployment of several environments goes through the protection of each (H18)', async () => {
  await using it = await startEngine(projectSpec({ checks: [] }))
  await pushed(it, 'v1')
  const asked = await waitFor('production to be asked for', () =>
    it.store.deployments.newest(['shop'], 10).find(({ track }) => track.endsWith('/production')),
  )
  it.engine.actions.approve(asked.id, it.queries.planOf(asked.id).hash, ada)
  await ended(it, asked.id)
  const [there] = it.engine.actions.redeploy(inStaging, ada)
  const [here] = it.engine.actions.redeploy(inProduction, ada)
  assert.equal(here?.state.kind, 'waiting')
  const { state } = await ended(it, there?.id ?? '')
  assert.equal(state.kind === 'finished' && state.outcome, 'succeeded')
})
