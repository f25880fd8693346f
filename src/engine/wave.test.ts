import assert from 'node:assert/strict'
import test from 'node:test'
import { ada, ended, outcome } from '../../test/helpers/deployments.ts'
import { type EngineUnderTest, startEngine } from '../../test/helpers/engine.ts'
import { environmentSpec, policies, projectSpec } from '../../test/helpers/spec.ts'
import { waitFor } from '../../test/helpers/wait-for.ts'
import type { EnvironmentTriggers, PolicySpec } from '../domain/spec.ts'
import { failedInWave } from './wave.ts'

const none: EnvironmentTriggers = { push: [], tags: [], releasePublished: false, after: [], schedules: [] }
const push = { ...none, push: ['main'] }

/** East and west side by side, the world after both. */
function spec(onPartialFailure: PolicySpec['onPartialFailure']) {
  const own = { ...policies, onPartialFailure, runTimeoutMs: 60_000 }
  return projectSpec({
    environments: [
      environmentSpec({ name: 'east', triggers: push, policies: own }),
      environmentSpec({ name: 'west', triggers: push, policies: own }),
      environmentSpec({
        ...{ name: 'world', needs: ['east', 'west'] },
        triggers: {
          ...none,
          after: ['east', 'west'].map((environment) => ({ environment, verifiedForMs: 0, smokePassed: false })),
        },
      }),
    ],
  })
}

const track = (name: string) => `shop/shop/${name}`
const newest = (it: EngineUnderTest, name: string) => it.store.deployments.list(track(name), 1)[0]
const liveIn = (it: EngineUnderTest, name: string) => it.store.tracks.get(track(name))?.live?.release.id ?? null

async function everywhere(it: EngineUnderTest) {
  await it.push('one')
  await waitFor('one everywhere', () => ['east', 'west', 'world'].every((name) => liveIn(it, name) === 'v1'))
}

/** The second release is held in the east, and fails in the west. */
async function failsInWest(it: EngineUnderTest) {
  it.engine.actions.lock({ project: 'shop', environment: 'east' }, { reason: 'wait', forMs: null }, ada)
  it.engine.actions.lock({ project: 'shop', environment: 'west' }, { reason: 'wait', forMs: null }, ada)
  const commit = await it.push('two', { behaviour: { exitsAfterMs: 5, healthyAfterMs: null } })
  const both = await waitFor('both', () => {
    const open = ['east', 'west'].map((name) => it.store.deployments.open(track(name))[0])
    return open.every((each) => each !== undefined) ? open : null
  })
  it.engine.actions.unlock({ project: 'shop', environment: 'west' }, ada)
  const [east, west] = both.map((each) => each?.id ?? '') as [string, string]
  assert.equal((await ended(it, west)).state.kind, 'finished')
  assert.equal(outcome(it, west), 'failed')
  return { commit, east, west }
}

test('a sibling that fails does not stop the others; what comes after both does not go, and that is told', async () => {
  await using it = await startEngine(spec('continue'))
  await everywhere(it)
  const { commit, east } = await failsInWest(it)
  assert.equal(it.store.deployments.get(east)?.state.kind, 'queued')
  const { steps } = it.queries.flow('shop', commit)
  assert.deepEqual(
    steps.map(({ environment, wave, state, because }) => [environment, wave, state, because.slice(0, 20)]),
    [
      ['east', 1, 'queued', 'locked by ada: wait'],
      ['west', 1, 'failed', steps[1]?.because.slice(0, 20)],
      ['world', 2, 'skipped', 'west failed'],
    ],
  )
})

test('a wave that is to stop stops: who has not begun does not begin, and the record says who failed', async () => {
  await using it = await startEngine(spec('stop_remaining'))
  await everywhere(it)
  const { commit, east, west } = await failsInWest(it)
  const { state } = await ended(it, east)
  const said = `${west} failed in west (on_partial_failure: stop_remaining)`
  assert.deepEqual(state, { kind: 'finished', outcome: 'aborted', reason: said, rolledBack: false })
  const fact = it.store.facts.about(west).find(({ kind }) => kind === 'wave.stopped')
  assert.deepEqual(fact?.data, { policy: 'stop_remaining', others: [`${east}: not begun`] })
  assert.equal(it.queries.flow('shop', commit).steps[2]?.because, 'east aborted')
  // A person may send it all the same.
  it.engine.actions.unlock({ project: 'shop', environment: 'east' }, ada)
  const [again] = it.engine.actions.deploy({ project: 'shop', environment: 'east' }, { version: null }, ada)
  assert.equal(again?.release.id, 'v2')
})

test('a sibling that is asked for after another one has failed does not begin either', async () => {
  const { environments, ...rest } = spec('stop_remaining')
  await using it = await startEngine({ ...rest, environments: environments.slice(0, 2) })
  await it.push('one')
  await waitFor('one', () => ['east', 'west'].every((name) => liveIn(it, name) === 'v1'))
  const { commit, west } = await failsInWest(it)
  const [east, , ...others] = it.store.runs.spec('shop', commit)?.environments ?? []
  assert.ok(east !== undefined && others.length === 0)
  const release = it.store.releases.ofCommit('shop', 'shop', commit)
  assert.ok(release !== null)
  const since = it.store.runs.ofCommit('shop', commit)[0]?.createdAt ?? 0
  const said = `${west} failed in west (on_partial_failure: stop_remaining)`
  assert.equal(failedInWave(it.store, release, { environment: east, since }), said)
  assert.equal(
    failedInWave(it.store, release, { environment: east, since: Date.now() + 1 }),
    null,
    'a newer push counts anew',
  )
})

test('a wave that goes back whole goes back: what succeeded returns to what it ran', async () => {
  await using it = await startEngine(spec('roll_back_all'))
  await everywhere(it)
  it.engine.actions.lock({ project: 'shop', environment: 'west' }, { reason: 'wait', forMs: null }, ada)
  await it.push('two')
  await waitFor('two in the east', () => liveIn(it, 'east') === 'v2')
  const [east, west] = [newest(it, 'east')?.id ?? '', newest(it, 'west')?.id ?? '']
  const { digest = '', commit = '' } = it.store.releases.get('v2') ?? {}
  it.world.publish({ digest, version: '', commit, app: 'shop' }, { exitsAfterMs: 5, healthyAfterMs: null })
  it.engine.actions.unlock({ project: 'shop', environment: 'west' }, ada)
  await ended(it, west)
  await waitFor('one in the east again', () => liveIn(it, 'east') === 'v1')
  const back = newest(it, 'east')
  assert.deepEqual([back?.reason, back?.by], ['rollback', 'signalbox'])
  assert.equal(back?.comment, `${west} failed in west (on_partial_failure: roll_back_all)`)
  const fact = it.store.facts.about(west).find(({ kind }) => kind === 'wave.stopped')
  const version = it.store.releases.get('v1')?.version
  assert.deepEqual(fact?.data.others, [`${east}: back to ${version}, ${back?.id}`])
})
