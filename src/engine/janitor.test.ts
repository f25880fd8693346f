import assert from 'node:assert/strict'
import { DatabaseSync } from 'node:sqlite'
import test from 'node:test'
import { ManualClock } from '../../test/helpers/clock.ts'
import { partsOver, startEngine, succeeded } from '../../test/helpers/engine.ts'
import { deliveryOf } from '../../test/helpers/records.ts'
import { appSpec, environmentSpec, projectSpec } from '../../test/helpers/spec.ts'
import { waitFor } from '../../test/helpers/wait-for.ts'
import { Database, migrate } from '../store/database.ts'
import { type Store, storeOver } from '../store/store.ts'
import { clean } from './janitor.ts'
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

test('much is thrown away in pieces, so that others get their turn, and what is needed by then stays', async () => {
  const { store, clock, cleaning } = many(300)
  const left = () => store.releases.kept('shop', 'shop').length
  const first = left()
  assert.ok(first < 300 && first > 200, `${first} are left when the first who waits gets their turn`)
  store.tracks.ensure('shop', 'shop', 'staging')
  const release = { id: 'v1', version: '1', commit: 'a'.repeat(40), digest: 'aa' }
  const [oldest] = store.releases.kept('shop', 'shop').slice(-1)
  store.tracks.setLive('shop/shop/staging', {
    ...{ deployment: 'd1', variables: 0, instances: [] },
    release: { ...release, id: oldest?.id ?? '' },
  })
  for (let before = 0; before !== left(); ) {
    before = left()
    await clock.advance(1)
    assert.ok(before - left() <= 300 - first, `${before - left()} went without a turn for others`)
  }
  assert.deepEqual(
    store.releases.kept('shop', 'shop').map(({ id }) => id),
    [...Array.from({ length: 10 }, (_, index) => `v${300 - index}`), oldest?.id],
  )
  assert.equal(store.facts.newest(1_000, { kind: 'release.discarded' }).length, 289)
  await clock.advance(100)
  await cleaning
})

test('a server that stops does not wait until all has been thrown away', async () => {
  const { store, clock, cleaning, stop } = many(300)
  stop.abort()
  await clock.advance(10)
  await cleaning
  assert.ok(store.releases.kept('shop', 'shop').length > 200)
})

test('notices that ended long ago are forgotten however many they are, and others not', async () => {
  const { store, clock, cleaning } = many(0, (it) => {
    for (let fact = 1; fact <= 2_500; fact += 1) {
      const state = fact % 1_000 === 0 ? 'waiting' : fact % 2 === 0 ? 'failed' : 'delivered'
      it.deliveries.add(deliveryOf({ fact, state, createdAt: fact === 7 ? Date.now() : 0 }))
    }
  })
  await clock.advance(100)
  await cleaning
  assert.deepEqual(
    store.deliveries.list({ project: 'shop', state: null, limit: 9 }).map(({ fact }) => fact),
    [2_000, 1_000, 7],
  )
})

/** A project with so many releases, that is being cleaned. */
function many(count: number, fill: (store: Store) => void = () => {}) {
  const connection = new DatabaseSync(':memory:')
  migrate(connection)
  const store = storeOver(new Database(connection))
  store.projects.add({ name: 'shop', origin: null, createdAt: 0, createdBy: 'ada' })
  for (let number = 1; number <= count; number += 1) {
    const commit = String(number).padStart(40, '0')
    const made = { project: 'shop', app: 'shop', commit, version: `1.0.${number}`, digest: commit, bytes: 1 }
    store.releases.add({ ...made, run: 'r1', title: '', createdAt: 0 })
  }
  fill(store)
  const [clock, stop] = [new ManualClock(), new AbortController()]
  const cleaning = clean(partsOver(store, { clock }), () => {}, stop.signal)
  return { store, clock, stop, cleaning }
}

test('laps are kept for 90 days, and what they were in all for good', async () => {
  const settings = { ...defaultSettings, janitorEveryMs: 20 }
  await using it = await startEngine(projectSpec(), { settings })
  const now = it.parts.time.now()
  const energy = { joules: 7, low: 5, high: 9, gridGrams: 1, madeGrams: 1, basis: 'table' } as const
  for (const [run, days] of [
    ['r8', 91],
    ['r9', 89],
  ] as const) {
    const attempt = `${run}/test/1`
    const lap = { attempt, name: 'unit', step: 0, durationMs: 1, cpuMs: 1, energy }
    it.store.energies.keep({ subject: run, project: 'shop', attempt }, [lap], now - days * 86_400_000)
  }
  await waitFor('the older to be forgotten', () => it.store.energies.laps('r8').length === 0)
  assert.deepEqual([it.store.energies.laps('r9').length, it.store.energies.total('r8')?.joules], [1, 7])
})
