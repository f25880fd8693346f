import assert from 'node:assert/strict'
import test from 'node:test'
import { ada, ended, inStaging, live, production, pushed, rollingOn, staging } from '../../test/helpers/deployments.ts'
import { type EngineUnderTest, startEngine, succeeded } from '../../test/helpers/engine.ts'
import { environmentSpec, policies, projectSpec } from '../../test/helpers/spec.ts'
import { waitFor } from '../../test/helpers/wait-for.ts'
import type { EnvironmentTriggers, ProjectSpec } from '../domain/spec.ts'
import { systemClock } from '../system/clock.ts'
import { defaultSettings } from './parts.ts'

const none: EnvironmentTriggers = { push: [], tags: [], releasePublished: false, after: [], schedules: [] }
const nightly = { cron: '0 3 * * *', timezone: 'Europe/Berlin' }

function spec(triggers: Partial<EnvironmentTriggers>, given: Partial<ProjectSpec> = {}): ProjectSpec {
  return projectSpec({
    environments: [
      environmentSpec({ name: 'staging', triggers: { ...none, push: ['main'] } }),
      environmentSpec({ name: 'production', needs: ['staging'], triggers: { ...none, ...triggers } }),
    ],
    ...given,
  })
}

function after(more: Partial<EnvironmentTriggers['after'][number]>): ProjectSpec {
  return spec({ after: [{ environment: 'staging', verifiedForMs: 0, smokePassed: false, ...more }] })
}

/** Makes the only timer due, as if the server had been away, and wakes the engine. */
function passTime(it: EngineUnderTest, ms: number): void {
  const [timer, ...others] = it.store.timers.list('shop')
  assert.ok(timer !== undefined && others.length === 0)
  it.store.timers.set({ ...timer, dueAt: timer.dueAt - ms })
  it.engine.actions.lock({ project: 'shop', environment: 'staging' }, { reason: 'time passes', forMs: null }, ada)
  it.engine.actions.unlock({ project: 'shop', environment: 'staging' }, ada)
}

const day = 86_400_000

async function ticked(it: EngineUnderTest, count: number) {
  return await waitFor(`${count} ticks`, () => {
    const facts = it.store.facts.list({ after: 0, limit: 500, kind: 'timer.ticked' })
    return facts.length >= count ? facts : null
  })
}

test('trigger after: an environment follows another one that has succeeded', async () => {
  await using it = await startEngine(after({}))
  await pushed(it, 'one')
  await waitFor('production', () => live(it, production)?.release.id === 'v1')
})

test('trigger after, verified for a while: it goes when the time is over, and not before', async () => {
  await using it = await startEngine(after({ verifiedForMs: 600 }))
  await pushed(it, 'one')
  await waitFor('production', () => live(it, production)?.release.id === 'v1')
  const [first, then] = [it.store.deployments.get('d1'), it.store.deployments.get('d2')]
  assert.ok((then?.createdAt ?? 0) - (first?.finishedAt ?? 0) >= 600)
})

test('trigger after, verified for a while: another release in between takes its place, and it never goes', async () => {
  await using it = await startEngine(after({ verifiedForMs: 1_500 }))
  await pushed(it, 'one')
  await pushed(it, 'two')
  await waitFor('production', () => live(it, production)?.release.id === 'v2', 10_000)
  assert.deepEqual(it.store.deployments.ofRelease('v1', production), [])
})

test('trigger after, verified for a while: a finding begins the time anew, from when all is well again', async () => {
  const settings = { ...defaultSettings, reconcileEveryMs: 1_200 }
  await using it = await startEngine(after({ verifiedForMs: 700 }), { settings })
  await pushed(it, 'one')
  it.store.tracks.setChecked(staging, Date.now(), 'an instance is missing')
  await waitFor('the end of the finding', () => it.store.tracks.finding(staging) === null)
  assert.deepEqual(it.store.deployments.list(production, 1), [])
  await waitFor('production', () => live(it, production)?.release.id === 'v1')
  const created = it.store.deployments.list(production, 1)[0]?.createdAt ?? 0
  assert.ok(created - it.store.tracks.wellSince(staging) >= 700)
})

test('trigger after, verified for a while: what was gone back to is promoted by nobody', async () => {
  await using it = await startEngine(after({ verifiedForMs: 800 }))
  await pushed(it, 'one')
  await pushed(it, 'two')
  const [back] = await it.engine.actions.rollback(inStaging, { version: null }, ada)
  await ended(it, back?.id ?? '')
  await systemClock.sleep(1_200)
  assert.deepEqual(it.store.deployments.list(production, 1), [])
})

test('trigger after, verified for a while: a rollout that fails in between leaves it waiting, and it goes', async () => {
  await using it = await startEngine(after({ verifiedForMs: 300 }))
  await pushed(it, 'one')
  await it.push('two', { behaviour: { healthyAfterMs: null } })
  const failing = await rollingOn(it, staging)
  it.engine.actions.cancelDeployment(failing.id, ada)
  await waitFor('production', () => live(it, production)?.release.id === 'v1', 15_000)
})

test('trigger after, verified for a while: a server that was away meanwhile finds it due', async () => {
  await using it = await startEngine(after({ verifiedForMs: 3_600_000 }))
  await pushed(it, 'one')
  const commit = live(it, staging)?.release.commit ?? ''
  const at = await waitFor('the time', () => it.store.agenda.next(Date.now(), 86_400_000))
  assert.ok(at - Date.now() > 3_500_000)
  assert.deepEqual(it.store.looks.due(at), [{ project: 'shop', app: 'shop', commit }])
})

test('trigger after, smoke passed: a release that had smoke steps to pass goes, one that had none does not', async () => {
  const smoke = [
    { name: 'smoke', run: 'true', directory: '.', env: {}, timeoutMs: null, retries: 0, continueOnError: false },
  ]
  const tested = after({ smokePassed: true })
  const [first, second] = tested.environments as [ProjectSpec['environments'][0], ProjectSpec['environments'][0]]
  await using without = await startEngine(tested)
  await pushed(without, 'one')
  assert.deepEqual(without.store.deployments.list(production, 1), [])
  const has = { ...tested, environments: [{ ...first, policies: { ...policies, smoke } }, second] }
  await using it = await startEngine(has)
  await pushed(it, 'one')
  await waitFor('production', () => live(it, production)?.release.id === 'v1')
})

test('trigger timer: the newest release that may come there goes when its time has come, once for every tick', async () => {
  await using it = await startEngine(spec({ schedules: [nightly] }))
  await pushed(it, 'one')
  await pushed(it, 'two')
  assert.deepEqual(it.store.deployments.list(production, 1), [])
  passTime(it, day)
  await waitFor('production', () => live(it, production)?.release.id === 'v2')
  assert.deepEqual(it.store.deployments.ofRelease('v1', production), [])
  passTime(it, day)
  const [, second] = await ticked(it, 2)
  assert.deepEqual(second?.data.done, [`shop ${live(it, production)?.release.version} is live already`])
  assert.equal(it.store.deployments.list(production, 10).length, 1)
})

test('trigger timer: ticks that were missed are counted, and done once', async () => {
  await using it = await startEngine(spec({ schedules: [nightly] }))
  await pushed(it, 'one')
  passTime(it, 4 * day)
  await waitFor('production', () => live(it, production)?.release.id === 'v1')
  const [only, ...others] = await ticked(it, 1)
  assert.deepEqual([only?.data.missed, others], [3, []])
  assert.ok((it.store.timers.list('shop')[0]?.dueAt ?? 0) > Date.now())
})

test('trigger timer: what people went back from is not brought back by the clock', async () => {
  await using it = await startEngine(spec({ schedules: [nightly] }))
  await pushed(it, 'one')
  passTime(it, day)
  await waitFor('one', () => live(it, production)?.release.id === 'v1')
  await pushed(it, 'two')
  passTime(it, day)
  await waitFor('two', () => live(it, production)?.release.id === 'v2')
  const place = { project: 'shop', environment: 'production' }
  const [back] = await it.engine.actions.rollback(place, { version: null }, ada)
  await ended(it, back?.id ?? '')
  passTime(it, day)
  assert.match(
    String((await ticked(it, 3)).at(-1)?.data.done),
    /has been here \(d\d+\), and another release took its place/,
  )
  assert.equal(live(it, production)?.release.id, 'v1')
})

test('trigger timer: one that the configuration does not have any more does not tick', async () => {
  await using it = await startEngine(spec({ schedules: [nightly] }))
  await pushed(it, 'one')
  assert.equal(it.store.timers.list('shop').length, 1)
  await it.push('two', { spec: spec({}) })
  await waitFor('no timer', () => it.store.timers.list('shop').length === 0)
})

test('trigger timer of a project: the newest commit of the branch gets a run with every check, and nothing is deployed', async () => {
  const schedules = [{ ...nightly, branch: 'main' }]
  await using it = await startEngine(spec({}, { triggers: { ...projectSpec().triggers, schedules } }))
  await pushed(it, 'one')
  await it.push('two', { job: async () => ({ ...succeeded, outcome: 'failed', reason: 'exit 1' }) })
  await waitFor('the run', () => it.store.runs.get('r2')?.state === 'finished')
  passTime(it, 2 * day)
  const run = await waitFor('the timed run', () => it.store.runs.get('r3'))
  assert.equal(run.title, 'two')
  const [event] = it.store.events.list('shop', 1)
  assert.deepEqual([event?.source, event?.run, event?.by], ['timer', 'r3', 'signalbox'])
  assert.match(event?.because ?? '', /timer "0 3 \* \* \*" \(Europe\/Berlin\) of branch main/)
  await waitFor('its end', () => it.store.runs.get('r3')?.state === 'finished')
  assert.equal(it.store.deployments.list(staging, 10).length, 1)
})

test('trigger timer of a project: a branch that is not there is told, and no run is made', async () => {
  const schedules = [{ ...nightly, branch: 'nightly' }]
  await using it = await startEngine(spec({}, { triggers: { ...projectSpec().triggers, schedules } }))
  await pushed(it, 'one')
  passTime(it, day)
  const event = await waitFor('the event', () =>
    it.store.events.list('shop', 1).find((each) => each.source === 'timer'),
  )
  assert.deepEqual([event.run, event.after], [null, null])
  assert.match(event.because, /there is no such branch/)
})

test('trigger none: an environment without triggers gets what a person sends', async () => {
  await using it = await startEngine(spec({}))
  await pushed(it, 'one')
  assert.deepEqual(it.store.deployments.list(production, 1), [])
  it.engine.actions.deploy({ project: 'shop', environment: 'production' }, { version: null }, ada)
  await waitFor('production', () => live(it, production)?.release.id === 'v1')
})
