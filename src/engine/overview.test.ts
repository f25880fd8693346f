import assert from 'node:assert/strict'
import test from 'node:test'
import { ended, inProduction, inStaging, production, pushed, waitingOn } from '../../test/helpers/deployments.ts'
import { type EngineUnderTest, startEngine } from '../../test/helpers/engine.ts'
import { projectSpec } from '../../test/helpers/spec.ts'
import { waitFor } from '../../test/helpers/wait-for.ts'
import type { OverviewTrack } from './overview.ts'

const ada = { by: 'ada' }

async function trackIn(it: EngineUnderTest, environment: string): Promise<OverviewTrack> {
  const [project] = await it.queries.overview(['shop'])
  const track = project?.tracks.find((each) => each.environment === environment)
  assert.ok(track)
  return track
}

test('a project to which nothing was pushed is told as empty, and no target is asked', async () => {
  await using it = await startEngine(projectSpec(), {
    driver: () => {
      throw new Error('a target was asked')
    },
  })
  const [empty] = await it.queries.overview(null)
  assert.deepEqual([empty?.name, empty?.mark, empty?.tracks], ['shop', 'empty', []])
})

test('a project tells what is live where, and what is not there yet', async () => {
  await using it = await startEngine(projectSpec())
  await pushed(it, 'first')
  await waitFor('production to wait', () => waitingOn(it, production))
  const staging = await trackIn(it, 'staging')
  assert.equal(staging.mark, 'well')
  assert.deepEqual([staging.live?.title, staging.live?.by, staging.attempted?.outcome], ['first', 'ada', 'succeeded'])
  assert.deepEqual(staging.undeployed, { count: 0, isMore: false })
  const before = await trackIn(it, 'production')
  assert.deepEqual([before.mark, before.live, before.undeployed?.count], ['waiting', null, 1])
  assert.equal(before.waiting[0]?.deployment, waitingOn(it, production)?.id)
  await pushed(it, 'second')
  assert.equal((await trackIn(it, 'production')).undeployed?.count, 2)
  const [project] = await it.queries.overview(null)
  assert.deepEqual(
    project?.environments.map(({ name, wave }) => [name, wave]),
    [
      ['staging', 1],
      ['production', 2],
    ],
  )
  assert.equal(project?.newestRun?.title, 'second')
})

test('what failed is told beside what is still live, and puts its project first', async () => {
  await using it = await startEngine(projectSpec())
  it.store.projects.add({ name: 'another', origin: null, createdAt: 0, createdBy: 'ada' })
  assert.deepEqual(
    (await it.queries.overview(null)).map(({ name }) => name),
    ['another', 'shop'],
  )
  await pushed(it, 'good')
  await it.push('bad', { behaviour: { exitsAfterMs: 1 } })
  const failed = await waitFor('the failure', async () => {
    const track = await trackIn(it, 'staging')
    return track.attempted?.outcome === 'failed' ? track : null
  })
  assert.deepEqual([failed.mark, failed.live?.title, failed.attempted?.title], ['failing', 'good', 'bad'])
  assert.ok(failed.attempted?.because)
  assert.deepEqual(
    (await it.queries.overview(null)).map(({ name }) => name),
    ['shop', 'another'],
  )
})

test('a lock, a freeze and the maintenance page are told, and only where they are', async () => {
  await using it = await startEngine(projectSpec())
  await pushed(it, 'first')
  it.engine.actions.lock(inStaging, { reason: 'Friday', forMs: null }, ada)
  const { id } = await waitFor('production to wait', () => waitingOn(it, production))
  it.store.doors.setMaintenance('shop', 'production', { message: 'back soon', by: 'ada', since: 1 }, 1)
  it.store.freezes.add(inProduction, { by: 'ada', reason: 'sale', from: 0, until: Number.MAX_SAFE_INTEGER })
  const [staging, live] = [await trackIn(it, 'staging'), await trackIn(it, 'production')]
  assert.deepEqual([staging.lock?.reason, staging.freeze, staging.maintenance], ['Friday', null, null])
  assert.deepEqual([live.lock, live.freeze?.reason, live.maintenance?.message], [null, 'sale', 'back soon'])
  it.engine.actions.reject(id, 'no', ada)
  await ended(it, id)
  assert.deepEqual((await trackIn(it, 'production')).waiting, [])
})
