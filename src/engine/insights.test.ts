import assert from 'node:assert/strict'
import test from 'node:test'
import { ManualClock } from '../../test/helpers/clock.ts'
import { ada, ended, inStaging, live, pushed, staging } from '../../test/helpers/deployments.ts'
import { type EngineUnderTest, startEngine } from '../../test/helpers/engine.ts'
import { projectSpec } from '../../test/helpers/spec.ts'
import { waitFor } from '../../test/helpers/wait-for.ts'
import { insights } from './insights.ts'

const newest = { projects: null, days: 2 }
const ofStaging = { ...newest, environment: 'staging' }

async function arrived(it: EngineUnderTest, count: number): Promise<void> {
  await waitFor(`${count} arrivals`, () => it.store.arrivals.since(staging, 0).length === count)
}

test('each commit that became live is counted once, also those between two pushes; of the first only the newest', async () => {
  await using it = await startEngine(projectSpec())
  it.commit('before')
  await pushed(it, 'first')
  await arrived(it, 1)
  it.commit('between')
  await pushed(it, 'second')
  await arrived(it, 3)
  const [project] = (await it.queries.insights(ofStaging)).projects
  assert.deepEqual([project?.now.frequency.n, project?.now.leadTime.n], [2, 3])
  assert.ok((project?.now.leadTime.medianMs ?? -1) >= 0)
  assert.deepEqual(project?.before.leadTime, { medianMs: null, p90Ms: null, n: 0 })
  assert.deepEqual(
    project?.tracks.map(({ environment, now }) => [environment, now.frequency.n]),
    [['staging', 2]],
  )
})

test('what touches nothing of the app is no commit of it', async () => {
  const spec = projectSpec()
  const apps = spec.apps.map((app) => ({ ...app, paths: ['server.js'] }))
  await using it = await startEngine({ ...spec, apps })
  await pushed(it, 'first')
  it.commit('words', { paths: ['docs/words.md'] })
  await pushed(it, 'second')
  await arrived(it, 2)
})

test('a project has what all its tracks have together', async () => {
  const [staging] = projectSpec().environments
  assert.ok(staging)
  const side = { ...staging, name: 'side', hosts: ['side.test'] }
  await using it = await startEngine(projectSpec({ environments: [staging, side] }))
  await pushed(it, 'first')
  await waitFor('both to have ended', () =>
    it.store.deployments.newest(null, 9).every((each) => each.finishedAt !== null),
  )
  await pushed(it, 'second')
  await waitFor('both again', () => it.store.deployments.newest(null, 9).filter((each) => each.finishedAt).length === 4)
  const [project] = (await it.queries.insights({ ...newest, environment: null })).projects
  assert.deepEqual(
    project?.tracks.map(({ environment, now }) => [environment, now.frequency.n]),
    [
      ['staging', 2],
      ['side', 2],
    ],
  )
  assert.deepEqual([project?.now.frequency.n, project?.days.at(-1)?.deployments], [4, 4])
})

test('new instances of the same commit are no change', async () => {
  await using it = await startEngine(projectSpec())
  await pushed(it, 'first')
  const [again] = it.engine.actions.redeploy(inStaging, ada)
  assert.ok(again)
  await ended(it, again.id)
  const [project] = (await it.queries.insights(ofStaging)).projects
  assert.deepEqual([project?.now.frequency.n, project?.now.failRate.n], [1, 1])
})

test('what fails and what a person takes back are failed changes that were recovered from', async () => {
  await using it = await startEngine(projectSpec())
  await pushed(it, 'first')
  const bad = await it.push('bad', { behaviour: { exitsAfterMs: 1 } })
  await waitFor('the failure', () =>
    it.store.deployments
      .list(staging, 5)
      .some(({ release, finishedAt }) => release.commit === bad && finishedAt !== null),
  )
  await pushed(it, 'third')
  await arrived(it, 3)
  const [back] = await it.engine.actions.rollback(inStaging, { version: null }, ada)
  assert.ok(back)
  await ended(it, back.id)
  assert.notEqual(live(it, staging)?.release.commit, bad)
  const [project] = (await it.queries.insights(ofStaging)).projects
  const causes = { failed: 1, errored: 0, rolled_back: 1, reverted: 0 }
  assert.deepEqual(project?.now.failRate, { rate: 0.667, n: 3, failed: 2, causes })
  assert.deepEqual([project?.now.recovery.n, project?.now.recovery.open], [2, 0])
})

test('without a word it is about production, and a project without such an environment is left out', async () => {
  await using it = await startEngine(projectSpec())
  await pushed(it, 'first')
  const environments = async (environment: string | null) =>
    (await it.queries.insights({ ...newest, environment })).projects.map(({ tracks }) =>
      tracks.map((each) => each.environment),
    )
  assert.deepEqual(await environments(null), [['production']])
  assert.deepEqual(await environments('nowhere'), [])
})

test('while many projects are counted, others get their turn', async () => {
  const clock = new ManualClock()
  await using it = await startEngine(projectSpec())
  for (let number = 0; number < 25; number += 1) {
    it.store.projects.add({ name: `shop-${number}`, origin: null, createdAt: 0, createdBy: 'ada' })
  }
  let isOver = false
  const { store, time } = it.parts
  const counting = insights({ store, time, clock }, { ...newest, environment: null }).finally(() => {
    isOver = true
  })
  await clock.advance(0)
  assert.deepEqual([isOver, clock.sleeping], [false, 1])
  await clock.advance(2)
  assert.deepEqual((await counting).projects, [])
})
