import assert from 'node:assert/strict'
import test from 'node:test'
import {
  ada,
  ended,
  inProduction,
  inStaging,
  live,
  newestEnded,
  outcome,
  production,
  pushed,
  staging,
  waitingOn,
} from '../../test/helpers/deployments.ts'
import { startEngine, succeeded } from '../../test/helpers/engine.ts'
import { appSpec, environmentSpec, policies, projectSpec, variableSpec } from '../../test/helpers/spec.ts'
import { waitFor } from '../../test/helpers/wait-for.ts'
import { Fault } from '../lib/fault.ts'
import { defaultSettings } from './parts.ts'

const isFault = (code: string) => (error: unknown) => error instanceof Fault && error.code === code

test('a push goes through checks, a release and staging, and waits for a yes before production', async () => {
  await using it = await startEngine(projectSpec())
  await it.push('first')
  const waiting = await waitFor('a deployment that waits', () => waitingOn(it, production))
  assert.equal(live(it, staging)?.instances.length, 3)
  it.engine.actions.approve(waiting.id, it.queries.planOf(waiting.id).hash, { by: 'grace' })
  await ended(it, waiting.id)
  assert.equal(live(it, production)?.release.id, live(it, staging)?.release.id)
  assert.equal(it.store.facts.verify(), null)
})

test('a release that never becomes healthy is taken back, and the one before serves on', async () => {
  await using it = await startEngine(projectSpec())
  await pushed(it, 'good')
  await it.push('bad', { behaviour: { exitsAfterMs: 1 } })
  const { state } = await newestEnded(it, staging, 'd1')
  assert.deepEqual(state.kind === 'finished' && [state.outcome, state.rolledBack], ['failed', true])
  const [status] = await it.queries.status('shop', 'staging')
  assert.deepEqual(status?.serving, ['d1-web-1', 'd1-web-2'])
  assert.equal(status?.running?.instances.length, 3)
})

test('a failed check deploys nothing', async () => {
  await using it = await startEngine(projectSpec())
  await it.push('red', { job: async () => ({ ...succeeded, outcome: 'failed', reason: 'exit 1' }) })
  await waitFor('the end of the run', () => it.store.runs.get('r1')?.state === 'finished')
  assert.deepEqual(it.store.releases.list('shop', null, 9), [])
  assert.deepEqual(it.store.deployments.newest(null, 9), [])
})

test('the same push told twice, and once more by the timer, is one run', async () => {
  await using it = await startEngine(projectSpec())
  it.commit('first')
  const tell = () => it.engine.intake.sync('shop', { source: 'push', by: 'ada' })
  const told = await Promise.all([tell(), tell(), tell()])
  assert.equal(told.flat().length, 1)
  assert.deepEqual(await tell(), [])
  assert.equal(it.store.runs.list(['shop'], 9).length, 1)
})

test('a commit without a configuration, with a broken one, or on a branch nobody asked for: each has a recorded answer', async () => {
  await using it = await startEngine(projectSpec())
  await it.push('other branch', { branch: 'feature' })
  await it.push('broken', { spec: null })
  const [broken, feature] = it.store.events.list('shop', 9)
  assert.deepEqual([feature?.run, feature?.because], [null, 'the push trigger does not name the branch feature'])
  assert.match(
    it.store.runs.get(broken?.run ?? '')?.reason ?? '',
    /signalbox.yml is not valid:\nsignalbox.yml:1:1: broken/,
  )
})

test('deployments of a track go one after the other, in the order they were asked for, and none is lost', async () => {
  await using it = await startEngine(projectSpec())
  await pushed(it, 'first')
  const asked = [1, 2, 3].flatMap(() => it.engine.actions.redeploy(inStaging, ada))
  assert.deepEqual(
    asked.map(({ state }) => state.kind),
    ['rolling', 'queued', 'queued'],
  )
  for (const { id } of asked) await ended(it, id)
  const began = asked.map(({ id }) => it.store.deployments.get(id)?.startedAt ?? 0)
  assert.deepEqual(
    began,
    [...began].sort((a, b) => a - b),
  )
  assert.ok(asked.every(({ id }) => outcome(it, id) === 'succeeded'))
})

test('an approval is void when the plan moves, and the record says what moved', async () => {
  await using it = await startEngine(projectSpec())
  await it.push('first')
  const waiting = await waitFor('a deployment that waits', () => waitingOn(it, production))
  const seen = it.queries.planOf(waiting.id).hash
  await it.engine.actions.setVariables(
    { project: 'shop', environment: 'production' },
    [{ name: 'A', value: '1', secret: false }],
    ada,
  )
  assert.throws(() => it.engine.actions.approve(waiting.id, seen, ada), isFault('approval.plan_moved'))
  it.engine.actions.lock({ project: 'shop', environment: 'production' }, { reason: 'freeze', forMs: null }, ada)
  it.engine.actions.approve(waiting.id, it.queries.planOf(waiting.id).hash, ada)
  assert.equal(it.store.deployments.get(waiting.id)?.state.kind, 'queued')
  await it.engine.actions.setVariables(
    { project: 'shop', environment: 'production' },
    [{ name: 'A', value: '2', secret: false }],
    ada,
  )
  it.engine.actions.unlock({ project: 'shop', environment: 'production' }, ada)
  assert.equal(it.store.deployments.get(waiting.id)?.state.kind, 'waiting')
  const [fact] = it.store.facts.list({ after: 0, limit: 1, kind: 'deployment.approval_void' })
  assert.match(JSON.stringify(fact?.data), /variables/)
})

test('a value that no process can be given is refused when it is set, and named without being told', async () => {
  await using it = await startEngine(projectSpec())
  for (const value of ['s3cret\0', '\ud800']) {
    await assert.rejects(
      it.engine.actions.setVariables(inStaging, [{ name: 'KEY', value, secret: true }], ada),
      (error) => isFault('variable.invalid_value')(error) && !JSON.stringify(error).includes('s3cret'),
    )
  }
  assert.equal(it.store.variables.version('shop', 'staging'), 0)
})

test('a variable that Signalbox sets itself is refused, not set and ignored; it can be unset', async () => {
  await using it = await startEngine(projectSpec())
  const set = (name: string, value: string | null) =>
    it.engine.actions.setVariables(inStaging, [{ name, value, secret: false }], ada)
  for (const name of ['PORT', 'SIGNALBOX_RELEASE']) await assert.rejects(set(name, 'x'), isFault('variable.reserved'))
  // From when it was no name of ours.
  const earlier = { name: 'PORT', value: '1', secret: false }
  it.store.variables.change({ project: 'shop', environment: 'staging' }, [earlier], { by: 'ada', at: 1, reason: null })
  assert.equal(await set('PORT', null), 2)
})

test('what was last tried is what moved last, not what was asked for last', async () => {
  await using it = await startEngine(projectSpec())
  await it.push('one')
  const older = await waitFor('the first to wait', () => waitingOn(it, production))
  await it.push('two')
  const newer = await waitFor('the second to wait', () =>
    it.store.deployments.open(production).find(({ id }) => id !== older.id),
  )
  const tried = async () =>
    (await it.queries.status('shop', 'production')).map(({ attempted }) => attempted?.id).toString()
  assert.equal(await tried(), '', 'nothing has moved')
  for (const { id } of [newer, older]) {
    it.engine.actions.approve(id, it.queries.planOf(id).hash, ada)
    await ended(it, id)
    assert.equal(await tried(), id)
  }
})

test('two people must say yes where two are asked for, the same one does not count twice', async () => {
  const [first, second] = projectSpec().environments
  const protection = {
    approvals: 2,
    approvers: ['ada', 'grace'],
    selfApproval: true,
    expiresMs: 1e9,
    requireChecks: [],
  }
  const environments = [first, { ...second, protection }] as ReturnType<typeof projectSpec>['environments']
  await using it = await startEngine(projectSpec({ environments }))
  await it.push('first')
  const { id } = await waitFor('a deployment that waits', () => waitingOn(it, production))
  const { hash } = it.queries.planOf(id)
  assert.throws(() => it.engine.actions.approve(id, hash, { by: 'eve' }), isFault('approval.not_allowed'))
  it.engine.actions.approve(id, hash, ada)
  assert.equal(it.engine.actions.approve(id, hash, ada).state.kind, 'waiting')
  assert.notEqual(it.engine.actions.approve(id, hash, { by: 'grace' }).state.kind, 'waiting')
})

test('nobody answers: the approval expires', async () => {
  const [first, second] = projectSpec().environments
  const protection = { approvals: 1, approvers: [], selfApproval: true, expiresMs: 50, requireChecks: [] }
  const environments = [first, { ...second, protection }] as ReturnType<typeof projectSpec>['environments']
  await using it = await startEngine(projectSpec({ environments }))
  await it.push('first')
  const { state } = await newestEnded(it, production, '')
  assert.deepEqual(state.kind === 'finished' && [state.outcome, state.reason], [
    'aborted',
    'nobody approved it in time',
  ])
})

test('a lock holds the queue until it is taken away or expires', async () => {
  await using it = await startEngine(projectSpec())
  await pushed(it, 'first')
  it.engine.actions.lock(inStaging, { reason: 'looking at something', forMs: 80 }, ada)
  const [held] = it.engine.actions.redeploy(inStaging, ada)
  assert.equal(held?.state.kind, 'queued')
  const gate = it.queries.planOf(held?.id ?? '').gates.find(({ answer }) => !answer.open)
  assert.equal(gate?.answer.because, 'locked by ada: looking at something')
  await ended(it, held?.id ?? '')
  assert.equal(outcome(it, held?.id ?? ''), 'succeeded')
})

test('a missing required variable stops a deployment before anything moves, and names it', async () => {
  const variable = variableSpec({ name: 'KEY', required: true, secret: true })
  await using it = await startEngine(projectSpec({ apps: [appSpec({ name: 'shop', variables: [variable] })] }))
  await it.push('first')
  const { state, phases } = await newestEnded(it, staging, '')
  assert.deepEqual(phases, [])
  assert.deepEqual(state.kind === 'finished' && [state.outcome, state.reason], ['failed', 'missing in staging: KEY'])
  await it.engine.actions.setVariables(inStaging, [{ name: 'KEY', value: 's3cret', secret: true }], ada)
  await it.engine.actions.setVariables(inProduction, [{ name: 'KEY', value: 'other', secret: true }], ada)
  const [again] = it.engine.actions.deploy(inStaging, { version: null }, ada)
  await ended(it, again?.id ?? '')
  assert.equal(outcome(it, again?.id ?? ''), 'succeeded')
  assert.doesNotMatch(JSON.stringify(it.store.facts.list({ after: 0, limit: 999 })), /s3cret/)
})

test('rollback goes to what was live before, without building; a release that is not kept is refused before anything moves', async () => {
  await using it = await startEngine(projectSpec())
  await pushed(it, 'one')
  await pushed(it, 'two')
  const jobs = it.jobsRun.length
  const [back] = await it.engine.actions.rollback(inStaging, { version: null }, ada)
  await ended(it, back?.id ?? '')
  assert.equal(live(it, staging)?.release.id, 'v1')
  assert.equal(it.jobsRun.length, jobs)
  it.store.releases.discard('v2', 1)
  const { version } = it.store.releases.get('v2') ?? { version: '' }
  await assert.rejects(it.engine.actions.rollback(inStaging, { version }, ada), isFault('release.discarded'))
})

test('a release goes no further than where it has succeeded, whoever asks', async () => {
  await using it = await startEngine(projectSpec())
  await it.push('bad', { behaviour: { exitsAfterMs: 1 } })
  await newestEnded(it, staging, '')
  const [early] = it.engine.actions.deploy({ project: 'shop', environment: 'production' }, { version: null }, ada)
  assert.match(early?.state.kind === 'finished' ? String(early.state.reason) : '', /has not succeeded in staging/)
})

test('cancelling a rollout brings back what served before; cancelling it again is refused', async () => {
  await using it = await startEngine(projectSpec())
  await pushed(it, 'one')
  await it.push('slow', { behaviour: { healthyAfterMs: 60_000 } })
  const rolling = await waitFor('a rollout', () =>
    it.store.deployments.open(staging).find(({ state }) => state.kind === 'rolling'),
  )
  it.engine.actions.cancelDeployment(rolling.id, ada)
  assert.throws(() => it.engine.actions.cancelDeployment(rolling.id, ada), isFault('deployment.not_cancellable'))
  const { state } = await ended(it, rolling.id)
  assert.deepEqual(state.kind === 'finished' && [state.outcome, state.rolledBack], ['aborted', true])
  assert.equal(live(it, staging)?.deployment, 'd1')
})

test('a rollout that takes longer than its limit goes back', async () => {
  const [first] = projectSpec().environments
  const environments = [{ ...first, policies: { ...policies, runTimeoutMs: 400 } }] as ReturnType<
    typeof projectSpec
  >['environments']
  await using it = await startEngine(projectSpec({ environments }))
  await it.push('slow', { behaviour: { healthyAfterMs: 60_000 } })
  const { state } = await newestEnded(it, staging, '')
  assert.deepEqual(state.kind === 'finished' && [state.outcome, state.rolledBack], ['failed', true])
  assert.match(state.kind === 'finished' ? String(state.reason) : '', /longer than its limit/)
})

test('scaling changes the number of instances and nothing else', async () => {
  await using it = await startEngine(projectSpec())
  await pushed(it, 'one')
  const before = live(it, staging)?.instances.map(({ name }) => name) ?? []
  await ended(it, it.engine.actions.scale(inStaging, { web: 3 }, ada).id)
  const more = live(it, staging)?.instances.map(({ name }) => name) ?? []
  assert.ok(before.every((name) => more.includes(name)) && more.length === 4)
  await ended(it, it.engine.actions.scale(inStaging, { web: 1, worker: 0 }, ada).id)
  assert.equal(live(it, staging)?.instances.length, 1)
  await pushed(it, 'two')
  assert.equal(live(it, staging)?.instances.length, 1, 'a new release keeps the scale')
  assert.throws(() => it.engine.actions.scale(inStaging, { web: -1 }, ada), isFault('scale.invalid'))
  assert.throws(() => it.engine.actions.scale(inStaging, { wbe: 1 }, ada), isFault('process.unknown'))
})

test('somebody meddles with the target: the next look brings back what should be there', async () => {
  await using it = await startEngine(projectSpec(), {
    settings: { ...defaultSettings, syncEveryMs: 1e6, reconcileEveryMs: 30, janitorEveryMs: 1e6 },
  })
  await pushed(it, 'one')
  const host = it.world.host('one')
  host.instances.delete('d1-web-2')
  await waitFor('the instance to be back', async () => (await host.observe(staging)).instances.length === 3)
})

test('explain: a commit is live too as a part of a later one, and what started no run is told of all the same', async () => {
  await using it = await startEngine(projectSpec())
  const first = await it.push('first')
  const second = await it.push('second')
  await waitFor('the second to be live', () => it.store.tracks.get(staging)?.live?.release.commit === second)
  const { environments } = await it.queries.explain('shop', first)
  const live = it.store.tracks.get(staging)?.live
  const because = `part of ${live?.release.version}, live since ${live?.deployment}`
  assert.deepEqual([environments[0]?.live, environments[0]?.because], [true, because])
  const { environments: unknown } = await it.queries.explain('shop', it.commit('nobody told'))
  assert.deepEqual(
    unknown.map(({ track }) => track),
    [staging, production],
  )
})

test('explain names what is in the way, and who can clear it', async () => {
  await using it = await startEngine(projectSpec())
  const sha = await it.push('first')
  const { id } = await waitFor('a deployment that waits', () => waitingOn(it, production))
  const { environments } = await it.queries.explain('shop', sha)
  const told = environments.map(({ track, live: isLive, because, openedBy }) => ({
    track,
    live: isLive,
    because,
    openedBy,
  }))
  assert.deepEqual(told, [
    { track: staging, live: true, because: 'live since d1', openedBy: null },
    {
      track: production,
      live: false,
      because: `${id} waits: nobody has approved this plan`,
      openedBy: `anyone who may deploy: signalbox approve ${id}`,
    },
  ])
})

test('a one-off runs once in the context of what is live and tells its exit code', async () => {
  await using it = await startEngine(projectSpec())
  await pushed(it, 'one')
  it.world.teach('report', { lines: [], endsAfterMs: 5, exitCode: 3 })
  const { id } = it.engine.actions.startOneOff(inStaging, { words: ['report', '--all'], limitMs: 1000 }, ada)
  const done = await waitFor('the end of the command', () =>
    it.store.oneOffs.get(id)?.state === 'finished' ? it.store.oneOffs.get(id) : null,
  )
  assert.deepEqual([done.outcome, done.exitCode], ['failed', 3])
})

test('what a side branch says of environments is not what people mean, what the deployed branch says is', async () => {
  const environments = [...projectSpec().environments, environmentSpec({ name: 'qa' })]
  const everywhere = { ...projectSpec().triggers, push: { branches: ['**'], paths: [] } }
  await using it = await startEngine(projectSpec({ triggers: everywhere }))
  await pushed(it, 'one')
  await it.push('side', { branch: 'side', spec: projectSpec({ environments, triggers: everywhere }) })
  const qa = () => it.engine.actions.lock({ project: 'shop', environment: 'qa' }, { reason: 'x', forMs: null }, ada)
  assert.throws(qa, isFault('environment.unknown'))
  await it.push('main', { spec: projectSpec({ environments, triggers: everywhere }) })
  assert.equal(qa().environment, 'qa')
})

test('an environment the configuration does not have is named with those it has', async () => {
  await using it = await startEngine(projectSpec({ environments: [environmentSpec({ name: 'qa' })] }))
  await it.push('one')
  assert.throws(
    () => it.engine.actions.deploy(inStaging, { version: null }, ada),
    /There is no environment staging in shop/,
  )
})
