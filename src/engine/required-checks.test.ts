import assert from 'node:assert/strict'
import test from 'node:test'
import { ended, inStaging, live, outcome, staging } from '../../test/helpers/deployments.ts'
import { type EngineUnderTest, startEngine, succeeded } from '../../test/helpers/engine.ts'
import { checkSpec, environmentSpec, projectSpec } from '../../test/helpers/spec.ts'
import { waitFor } from '../../test/helpers/wait-for.ts'
import type { JobPlan, JobResult } from '../runner/runner.ts'

const ada = { by: 'ada' }
const triggers = { push: [], tags: [], releasePublished: false, after: [], schedules: [] }

/** `e2e` may fail without failing the run; staging requires it all the same. */
function requiring(paths: readonly string[] = []) {
  const protection = { approvals: 0, approvers: [], selfApproval: true, expiresMs: 60_000, requireChecks: ['e2e'] }
  return projectSpec({
    triggers: { ...projectSpec().triggers, push: { branches: ['**'], paths: [] } },
    checks: [checkSpec({ name: 'e2e', continueOnError: true, paths })],
    environments: [environmentSpec({ name: 'staging', triggers, protection })],
  })
}

const failing = async ({ attempt }: JobPlan): Promise<JobResult> =>
  attempt.includes('/e2e/') ? { ...succeeded, outcome: 'failed', reason: 'exit 1' } : succeeded

async function released(it: EngineUnderTest, sha: string): Promise<void> {
  await waitFor('the release', () => it.store.releases.ofCommit('shop', 'shop', sha))
  await waitFor('the end of its runs', () =>
    it.store.runs.ofCommit('shop', sha).every(({ state }) => state === 'finished'),
  )
}

const deploy = (it: EngineUnderTest) => it.engine.actions.deploy(inStaging, { version: null }, ada)[0]?.id ?? ''

test('X21 require_checks: a commit whose required check did not pass is not deployed, whoever asks', async () => {
  await using it = await startEngine(requiring())
  await released(it, await it.push('red', { job: failing }))
  const { state } = await ended(it, deploy(it))
  assert.deepEqual(state.kind === 'finished' && [state.outcome, state.reason], [
    'failed',
    'for this commit: e2e did not pass (r1)',
  ])
  await released(it, await it.push('green'))
  assert.equal((await ended(it, deploy(it))).state.kind, 'finished')
  assert.notEqual(live(it, staging) ?? null, null)
})

test('a deployment waits for the checks of its commit that still run, in whatever run (trap 17)', async () => {
  let finish = (_: JobResult): void => {}
  const held = new Promise<JobResult>((resolve) => (finish = resolve))
  let runs = 0
  const job = async ({ attempt }: JobPlan): Promise<JobResult> => {
    if (!attempt.includes('/e2e/')) return succeeded
    runs += 1
    return runs === 1 ? succeeded : held
  }
  await using it = await startEngine(requiring())
  const sha = await it.push('green', { job })
  await released(it, sha)
  it.setRef('again', sha)
  await it.engine.actions.sync('shop', 'ada')
  const id = deploy(it)
  assert.equal(it.store.deployments.get(id)?.state.kind, 'queued')
  const gate = it.queries.planOf(id).gates.find((each) => each.gate === 'checks_ended')?.answer
  assert.match(gate?.because ?? '', /^e2e has not ended \(r2\)$/)
  finish({ ...succeeded, outcome: 'failed', reason: 'exit 1' })
  const { state } = await ended(it, id)
  assert.deepEqual(state.kind === 'finished' && state.reason, 'for this commit: e2e did not pass (r2)')
})

test('what has run here before is not held by a check that fails later: more instances, the same again, a way back', async () => {
  let isFlaky = false
  const job = async (plan: JobPlan): Promise<JobResult> => (isFlaky ? await failing(plan) : succeeded)
  await using it = await startEngine(requiring())
  const shas: string[] = []
  for (const title of ['one', 'two']) {
    shas.push(await it.push(title, { job }))
    await released(it, shas.at(-1) ?? '')
    await ended(it, deploy(it))
  }
  isFlaky = true
  for (const [index, sha] of shas.entries()) it.setRef(`nightly-${index}`, sha)
  await it.engine.actions.sync('shop', 'ada')
  for (const sha of shas) await released(it, sha)
  const { actions } = it.engine
  const asks = [
    () => actions.scale(inStaging, { web: 1 }, ada).id,
    () => actions.redeploy(inStaging, ada)[0]?.id,
    async () => (await actions.rollback(inStaging, { version: null }, ada))[0]?.id,
  ]
  for (const ask of asks) {
    const { id, reason } = await ended(it, (await ask()) ?? '')
    assert.equal(outcome(it, id), 'succeeded', reason)
  }
  assert.equal(live(it, staging)?.release.commit, shas[0])
})

test('a required check that its paths leave out counts as passed (O10)', async () => {
  await using it = await startEngine(requiring(['docs/**']))
  await released(it, await it.push('first'))
  await released(it, await it.push('touches server.js only'))
  const id = deploy(it)
  const gate = it.queries.planOf(id).gates.find((each) => each.gate === 'checks')?.answer
  await ended(it, id)
  assert.equal(gate?.because ?? '', 'e2e was left out, which counts as passed')
  assert.notEqual(live(it, staging) ?? null, null)
})
