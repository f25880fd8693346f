import assert from 'node:assert/strict'
import test from 'node:test'
import { startEngine } from '../../test/helpers/engine.ts'
import { projectSpec } from '../../test/helpers/spec.ts'
import { waitFor } from '../../test/helpers/wait-for.ts'

test('a push goes through checks, a release and staging, and waits for a yes before production', async () => {
  await using it = await startEngine(projectSpec())
  await it.push('first')
  const waiting = await waitFor('a deployment that waits', () =>
    it.store.deployments.openEverywhere().find(({ state }) => state.kind === 'waiting'),
  )
  assert.equal(waiting.track, 'shop/shop/production')
  assert.equal(it.store.tracks.get('shop/shop/staging')?.live?.instances.length, 3)
  const { hash } = it.queries.planOf(waiting.id)
  it.engine.actions.approve(waiting.id, hash, { by: 'grace' })
  await waitFor('a live release', () => it.store.tracks.get('shop/shop/production')?.live)
  assert.equal(it.store.deployments.get(waiting.id)?.state.kind, 'finished')
  assert.equal(it.store.facts.verify(), null)
})

test('a release that never becomes healthy is taken back, and the one before serves on', async () => {
  await using it = await startEngine(projectSpec())
  await it.push('good')
  await waitFor('a live release', () => it.store.tracks.get('shop/shop/staging')?.live)
  await it.push('bad', { behaviour: { exitsAfterMs: 1 } })
  const ended = await waitFor('the end of the second deployment', () => {
    const [newest] = it.store.deployments.list('shop/shop/staging', 1)
    return newest?.id !== 'd1' && newest?.state.kind === 'finished' ? newest.state : undefined
  })
  assert.deepEqual({ outcome: ended.outcome, rolledBack: ended.rolledBack }, { outcome: 'failed', rolledBack: true })
  const [status] = await it.queries.status('shop', 'staging')
  assert.deepEqual(status?.serving, ['d1-web-1', 'd1-web-2'])
  assert.equal(status?.running?.instances.length, 3)
})
