import assert from 'node:assert/strict'
import test from 'node:test'
import { ada, ended, inStaging, live, newestEnded, pushed, staging } from '../../test/helpers/deployments.ts'
import { startEngine, succeeded } from '../../test/helpers/engine.ts'
import { projectSpec } from '../../test/helpers/spec.ts'
import { waitFor } from '../../test/helpers/wait-for.ts'

const failed = { ...succeeded, outcome: 'failed', reason: 'exit 1' } as const

test('an older push whose checks end later does not take the place of a newer one, and the record says why', async () => {
  await using it = await startEngine(projectSpec())
  const slow = Promise.withResolvers<void>()
  await it.push('older', { job: async () => slow.promise.then(() => succeeded) })
  await pushed(it, 'newer')
  slow.resolve()
  const { release, state } = await newestEnded(it, staging, 'd1')
  assert.equal(release.id, 'v2', 'the older commit is built last')
  const said = 'd1 of a newer push to main came first'
  assert.deepEqual(state, { kind: 'finished', outcome: 'aborted', reason: said, rolledBack: false, supersededBy: 'd1' })
  assert.equal(live(it, staging)?.release.id, 'v1')
  const [again] = it.engine.actions.deploy(inStaging, { version: release.version }, ada)
  assert.equal((await ended(it, again?.id ?? '')).state.kind === 'finished' && live(it, staging)?.release.id, 'v2')
})

test('an old run that is run again after a newer one was deployed deploys nothing by itself', async () => {
  await using it = await startEngine(projectSpec())
  let isBroken = true
  await it.push('older', { job: async () => (isBroken ? failed : succeeded) })
  await pushed(it, 'newer')
  isBroken = false
  it.engine.actions.rerun('r1', ada)
  const { state } = await newestEnded(it, staging, 'd1')
  assert.equal(state.kind === 'finished' && state.outcome, 'aborted')
})

test('a branch that is set back to an older commit is deployed from there', async () => {
  await using it = await startEngine(projectSpec())
  const first = await it.push('first')
  await waitFor('first to be live', () => live(it, staging)?.release.commit === first)
  await pushed(it, 'second')
  it.setRef('main', first)
  await it.engine.actions.sync('shop', 'ada')
  await waitFor('first to be live again', () => live(it, staging)?.release.commit === first)
})
