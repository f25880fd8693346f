import assert from 'node:assert/strict'
import test from 'node:test'
import { startEngine, succeeded } from '../../test/helpers/engine.ts'
import { appSpec, environmentSpec, projectSpec } from '../../test/helpers/spec.ts'
import { waitFor } from '../../test/helpers/wait-for.ts'
import { defaultSettings } from './parts.ts'

const apps = [appSpec({ name: 'shop' }), appSpec({ name: 'api' })]
const triggers = { push: ['main'], tags: [], releasePublished: false, after: [], schedules: [] }
const environments = [environmentSpec({ name: 'staging', apps: ['shop', 'api'], triggers })]

test('a release is kept until the run that built it has ended, however many newer ones there are', async () => {
  const settings = { ...defaultSettings, janitorEveryMs: 20, keepReleases: 1 }
  await using it = await startEngine(projectSpec({ apps, environments }), { settings })
  const { promise, resolve } = Promise.withResolvers<void>()
  const slow = async (job: { attempt: string }) => {
    if (job.attempt.startsWith('r1/build:api')) await promise
    return succeeded
  }
  await it.push('one', { job: slow })
  await waitFor('the first release', () => it.store.releases.get('v1') !== null)
  await it.push('two')
  await waitFor('the second to be live', () => it.store.tracks.get('shop/shop/staging')?.live !== undefined)
  const cleaned = it.store.facts.head().seq
  await waitFor('a third release', async () => {
    await it.push('three')
    return it.store.releases.list('shop', 'shop', 9).length > 2
  })
  await waitFor('something to be thrown away or not', () => it.store.facts.head().seq > cleaned + 5)
  assert.equal(it.store.releases.get('v1')?.discardedAt, null)
  resolve()
  await waitFor('the first run to end', () => it.store.runs.get('r1')?.state === 'finished')
  assert.equal(it.store.deployments.ofRelease('v1', 'shop/shop/staging').length, 1)
})

test('running again builds anew what was thrown away meanwhile', async () => {
  const settings = { ...defaultSettings, janitorEveryMs: 20, keepReleases: 1 }
  const spec = projectSpec({ apps, environments })
  const bothBranches = { ...spec, triggers: { ...spec.triggers, push: { branches: ['main', 'side'], paths: [] } } }
  await using it = await startEngine(bothBranches, { settings })
  const failsOnce = async ({ attempt }: { attempt: string }) =>
    attempt === 'r1/build:api/1' ? { ...succeeded, outcome: 'failed' as const, reason: 'exit 1' } : succeeded
  await it.push('one', { job: failsOnce })
  await waitFor('the first run to fail', () => it.store.runs.get('r1')?.outcome === 'failed')
  await it.push('beside', { branch: 'side' })
  await waitFor('its release to be thrown away', () => it.store.releases.get('v1')?.discardedAt !== null)
  it.engine.actions.rerun('r1', { by: 'ada' })
  await waitFor('it to be live', () => it.store.tracks.get('shop/shop/staging')?.live?.release.id === 'v1')
  assert.equal(it.jobsRun.filter((attempt) => attempt.startsWith('r1/build:shop')).length, 2)
})

test('what visitors got is forgotten after a while, and not before', async () => {
  const settings = { ...defaultSettings, janitorEveryMs: 20 }
  await using it = await startEngine(projectSpec({ apps, environments }), { settings })
  const now = it.parts.time.now()
  const keep = (at: number) => it.store.trafficSamples.add({ id: 'd1', project: 'shop' }, { at, byRelease: {} })
  for (const days of [91, 89]) keep(now - days * 86_400_000)
  await waitFor('the older to be forgotten', () => it.store.trafficSamples.of('d1').length === 1)
  assert.equal(it.store.trafficSamples.of('d1')[0]?.at, now - 89 * 86_400_000)
})
