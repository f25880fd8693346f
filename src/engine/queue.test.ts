import assert from 'node:assert/strict'
import test from 'node:test'
import { startEngine } from '../../test/helpers/engine.ts'
import { projectSpec } from '../../test/helpers/spec.ts'
import { waitFor } from '../../test/helpers/wait-for.ts'

const staging = 'shop/shop/staging'
const place = { project: 'shop', environment: 'staging' }
const ada = { by: 'ada' }

test('a redeploy and a scaling that were asked for while another release was on its way are of that release', async () => {
  await using it = await startEngine(projectSpec())
  await it.push('one')
  await waitFor('one to be live', () => it.store.tracks.get(staging)?.live?.release.id === 'v1')
  await it.push('two')
  await waitFor('two to be on its way', () => it.store.deployments.open(staging)[0]?.state.kind === 'rolling')
  const [again] = it.engine.actions.redeploy(place, ada)
  const more = it.engine.actions.scale(place, { web: 3 }, ada)
  await waitFor('the end', () => it.store.deployments.get(more.id)?.state.kind === 'finished')
  for (const id of [again?.id ?? '', more.id]) {
    const deployment = it.store.deployments.get(id)
    assert.deepEqual([deployment?.release.id, deployment?.state.kind], ['v2', 'finished'])
  }
  const live = it.store.tracks.get(staging)?.live
  assert.deepEqual([...new Set(live?.instances.map(({ release }) => release.id))], ['v2'])
  assert.equal(live?.instances.filter(({ process }) => process === 'web').length, 3)
  assert.deepEqual(it.store.deployments.ofRelease('v1', staging).length, 1)
})
