import assert from 'node:assert/strict'
import test from 'node:test'
import {
  ada,
  inProduction,
  inStaging,
  live,
  production,
  pushed,
  staging,
  waitingOn,
} from '../../test/helpers/deployments.ts'
import { type EngineUnderTest, startEngine } from '../../test/helpers/engine.ts'
import { appSpec, projectSpec } from '../../test/helpers/spec.ts'
import { waitFor } from '../../test/helpers/wait-for.ts'
import type { OneOffRun } from '../domain/one-off.ts'
import type { EnvironmentSpec, ScheduledCommandSpec } from '../domain/spec.ts'
import { Fault } from '../lib/fault.ts'
import { obstaclesToOneOff } from './obstacles.ts'

const isFault = (code: string) => (error: unknown) => error instanceof Fault && error.code === code

const wipe = { name: 'wipe', command: ['wipe'], destructive: true, dryRun: ['wipe', '--check'], timeoutMs: 60_000 }
const prune: ScheduledCommandSpec = {
  ...{ name: 'prune', command: ['prune'], destructive: false, dryRun: null, timeoutMs: 60_000 },
  ...{ cron: '0 1 * * *', timezone: 'UTC', overlap: 'skip', lateMs: 3_600_000, environments: [] },
}

/** Production wants a yes of somebody else. */
function shop(change: Partial<ScheduledCommandSpec> = {}) {
  const { environments } = projectSpec()
  return projectSpec({
    apps: [appSpec({ name: 'shop', commands: [wipe], schedules: [{ ...prune, ...change }] })],
    environments: environments.map((each) => ({ ...each, protection: { ...each.protection, selfApproval: false } })),
  })
}

async function liveInProduction(it: EngineUnderTest): Promise<void> {
  await pushed(it, 'one')
  const { id } = await waitFor('production to be asked for', () => waitingOn(it, production))
  it.engine.actions.approve(id, it.queries.planOf(id).hash, { by: 'bob' })
  await waitFor('production to be live', () => (live(it, production) ?? null) !== null)
}

async function oneOffEnded(it: EngineUnderTest, id: string): Promise<OneOffRun> {
  return await waitFor(`the end of ${id}`, () => {
    const oneOff = it.store.oneOffs.get(id)
    return oneOff?.state === 'finished' ? oneOff : null
  })
}

/** As if the server had been away until now. */
function due(it: EngineUnderTest, track: string, agoMs: number): number {
  const schedule = it.store.schedules.get(track, 'prune')
  assert.ok(schedule !== null)
  const [newest] = it.store.facts.newest(1)
  const dueAt = (newest?.at ?? 0) - agoMs
  it.store.schedules.save({ ...schedule, dueAt })
  wake(it)
  return dueAt
}

/** Something is stored, so the engine looks at what is due. */
function wake(it: EngineUnderTest): void {
  it.engine.actions.unlock(inStaging, ada)
  it.engine.actions.lock(inStaging, { reason: 'wake up', forMs: 1 }, ada)
}

const kinds = (it: EngineUnderTest, kind: string) => it.store.facts.newest(200).filter((fact) => fact.kind === kind)

test('a missing tick is a refusal, never a green nothing (trap 19)', async () => {
  await using it = await startEngine(shop())
  await pushed(it, 'one')
  const run = (destructive: boolean) =>
    it.engine.actions.startOneOff(inStaging, { name: 'wipe', destructive }, { by: 'ada' })
  assert.throws(() => run(false), isFault('one_off.tick_missing'))
  assert.deepEqual(it.store.oneOffs.ofTrack(staging, 10), [])
  const { id } = run(true)
  assert.deepEqual((await oneOffEnded(it, id)).command, ['wipe'])
})

test('a dry run needs neither tick nor approval, and runs what the app says', async () => {
  await using it = await startEngine(shop())
  await pushed(it, 'one')
  const dry = it.engine.actions.startOneOff(inStaging, { name: 'wipe', dryRun: true }, ada)
  assert.deepEqual([dry.command, dry.destructive, dry.state], [['wipe', '--check'], false, 'started'])
  const none = { name: 'prune', dryRun: true }
  assert.throws(() => it.engine.actions.startOneOff(inStaging, none, ada), isFault('one_off.no_dry_run'))
})

test('a protected environment holds a command until somebody else has said yes to its plan', async () => {
  await using it = await startEngine(shop())
  await liveInProduction(it)
  const asked = it.engine.actions.startOneOff(inProduction, { words: ['env'] }, ada)
  assert.equal(asked.state, 'waiting')
  const planOf = () => it.queries.oneOffs.planOf(asked)?.hash ?? ''
  const seen = planOf()
  await it.engine.actions.setVariables(inProduction, [{ name: 'A', value: '1', secret: false }], ada)
  const moved = (error: unknown) =>
    isFault('approval.plan_moved')(error) && /variables: version 0 → /.test(String(error))
  assert.throws(() => it.engine.actions.approveOneOff(asked.id, seen, { by: 'bob' }), moved)
  assert.throws(() => it.engine.actions.approveOneOff(asked.id, planOf(), ada), isFault('approval.not_allowed'))
  assert.equal(it.engine.actions.approveOneOff(asked.id, planOf(), { by: 'bob' }).state, 'started')
  const ended = await oneOffEnded(it, asked.id)
  assert.deepEqual([ended.outcome, ended.variables], ['succeeded', it.store.variables.version('shop', 'production')])
})

test('a second yes of the same person to a command is no second one, and not offered; a no of theirs is', async () => {
  const spec = shop()
  const [first, last] = spec.environments as [EnvironmentSpec, EnvironmentSpec]
  const environments = [first, { ...last, protection: { ...last.protection, approvals: 2 } }]
  await using it = await startEngine({ ...spec, environments })
  await pushed(it, 'one')
  const { id } = await waitFor('production to be asked for', () => waitingOn(it, production))
  for (const by of ['bob', 'grace']) it.engine.actions.approve(id, it.queries.planOf(id).hash, { by })
  await waitFor('production to be live', () => (live(it, production) ?? null) !== null)
  const asked = it.engine.actions.startOneOff(inProduction, { words: ['env'] }, ada)
  const yes = () =>
    it.engine.actions.approveOneOff(asked.id, it.queries.oneOffs.planOf(asked)?.hash ?? '', { by: 'bob' })
  assert.equal(yes().state, 'waiting')
  assert.equal(yes().state, 'waiting')
  const obstacles = (by: string) => obstaclesToOneOff(it.store, asked, by)
  assert.match(obstacles('bob').approve ?? '', /bob has said yes .* at least 1/)
  assert.deepEqual([obstacles('bob').reject, obstacles('grace').approve], [null, null])
  assert.equal(it.store.facts.newest(9, { kind: 'one_off.approval' }).length, 1)
  it.engine.actions.rejectOneOff(asked.id, { by: 'bob', comment: 'on second thoughts' })
  assert.equal((await oneOffEnded(it, asked.id)).outcome, 'aborted')
})

test('a command that nobody approves ends by itself, and one that is rejected never ran', async () => {
  await using it = await startEngine(shop())
  await liveInProduction(it)
  const asked = it.engine.actions.startOneOff(inProduction, { words: ['env'] }, ada)
  it.store.oneOffs.save({ ...asked, expiresAt: asked.createdAt })
  wake(it)
  const ended = await oneOffEnded(it, asked.id)
  assert.deepEqual([ended.outcome, ended.reason, ended.startedAt], ['aborted', 'nobody approved it in time', null])
  const other = it.engine.actions.startOneOff(inProduction, { words: ['env'] }, ada)
  const rejected = it.engine.actions.rejectOneOff(other.id, { by: 'bob', comment: 'not now' })
  assert.deepEqual([rejected.outcome, rejected.reason], ['aborted', 'rejected by bob: not now'])
})

test('on all instances it runs on each once, one after the other, and the first bad result is the result', async () => {
  await using it = await startEngine(shop())
  it.world.teach('flaky', { lines: [], endsAfterMs: 1, exitCode: 3 })
  await pushed(it, 'one')
  const where = { kind: 'all', process: 'web' } as const
  const { id } = it.engine.actions.startOneOff(inStaging, { words: ['flaky'], where }, ada)
  const ended = await oneOffEnded(it, id)
  const names = (live(it, staging)?.instances ?? []).filter(({ process }) => process === 'web').map(({ name }) => name)
  assert.deepEqual(
    ended.results.map(({ instance, exitCode }) => [instance, exitCode]),
    names.map((name) => [name, 3]),
  )
  assert.deepEqual([names.length, ended.outcome, ended.exitCode], [2, 'failed', 3])
  const nobody = { kind: 'instance', instance: 'd9-web-1' } as const
  assert.throws(
    () => it.engine.actions.startOneOff(inStaging, { words: ['x'], where: nobody }, ada),
    isFault('instance.unknown'),
  )
})

test('a command that runs is ended when somebody cancels it', async () => {
  await using it = await startEngine(shop())
  it.world.teach('endless', { lines: [], endsAfterMs: 3_600_000, exitCode: 0 })
  await pushed(it, 'one')
  const { id } = it.engine.actions.startOneOff(inStaging, { words: ['endless'] }, ada)
  const host = it.world.host('one')
  await waitFor('it to run', () => host.oneOffs.has(id))
  const cancelled = it.engine.actions.cancelOneOff(id, ada)
  assert.deepEqual([cancelled.outcome, cancelled.reason], ['aborted', 'cancelled by ada'])
  await waitFor('the target to have ended it', () => host.oneOffs.get(id)?.result?.signal === 'SIGTERM')
  assert.throws(() => it.engine.actions.cancelOneOff(id, ada), isFault('one_off.ended'))
})

test('a schedule runs once for its time, in the release that is live, and notes the next', async () => {
  await using it = await startEngine(shop())
  await pushed(it, 'one')
  const tick = due(it, staging, 60_000)
  const ran = await waitFor('its run', () => it.store.oneOffs.lastOfSchedule(staging, 'prune'))
  const ended = await oneOffEnded(it, ran.id)
  assert.deepEqual([ended.tick, ended.outcome, ended.release.id], [tick, 'succeeded', live(it, staging)?.release.id])
  assert.ok((it.store.schedules.get(staging, 'prune')?.dueAt ?? 0) > tick)
  // The very same time cannot be run for again, whatever asks for it.
  const { id: _, ...again } = ended
  assert.throws(() => it.store.oneOffs.add(again))
})

test('a time that nobody was there for is recorded as missed, and not run when it is too late', async () => {
  await using it = await startEngine(shop({ lateMs: 1_000 }))
  await pushed(it, 'one')
  due(it, staging, 3 * 86_400_000)
  const [missed] = await waitFor('the record', () => {
    const found = kinds(it, 'schedule.missed')
    return found.length > 0 ? found : null
  })
  assert.equal(missed?.data.name, 'prune')
  assert.ok(Number(missed?.data.count) >= 3)
  assert.equal(it.store.oneOffs.lastOfSchedule(staging, 'prune'), null)
})

for (const [overlap, runs] of [
  ['skip', 1],
  ['queue', 2],
  ['allow', 2],
] as const) {
  test(`overlap ${overlap}: a time that comes while the one before still runs`, async () => {
    await using it = await startEngine(shop({ overlap }))
    it.world.teach('prune', { lines: [], endsAfterMs: 3_600_000, exitCode: 0 })
    await pushed(it, 'one')
    const host = it.world.host('one')
    due(it, staging, 60_000)
    const first = await waitFor('the first', () => it.store.oneOffs.lastOfSchedule(staging, 'prune'))
    await waitFor('it to run', () => host.oneOffs.has(first.id))
    due(it, staging, 30_000)
    const ofPrune = () => it.store.oneOffs.ofTrack(staging, 10).filter(({ tick }) => tick !== null)
    if (overlap === 'skip') await waitFor('the record', () => kinds(it, 'schedule.skipped').length === 1)
    else await waitFor('the second', () => ofPrune().length === 2)
    assert.equal(ofPrune().length, runs)
    const [newest] = ofPrune()
    if (overlap === 'allow') await waitFor('both to run', () => host.oneOffs.has(newest?.id ?? ''))
    if (overlap === 'queue') {
      assert.equal(host.oneOffs.has(newest?.id ?? ''), false)
      it.engine.actions.cancelOneOff(first.id, ada)
      await waitFor('the second to run after the first', () => host.oneOffs.has(newest?.id ?? ''))
    }
  })
}

test('schedules follow the release that is live, may be paused, and end with it', async () => {
  await using it = await startEngine(shop())
  await pushed(it, 'one')
  const named = { place: inStaging, name: 'prune' }
  it.engine.actions.pauseSchedule(named, 'moving house', ada)
  due(it, staging, 60_000)
  const resumed = it.engine.actions.resumeSchedule(named, ada)
  assert.ok(resumed.dueAt > (resumed.paused === null ? 0 : Number.POSITIVE_INFINITY))
  assert.equal(it.store.oneOffs.lastOfSchedule(staging, 'prune'), null)
  const without = projectSpec({ apps: [appSpec({ name: 'shop' })] })
  const sha = await it.push('two', { spec: without })
  await waitFor('two to be live', () => live(it, staging)?.release.commit === sha)
  assert.deepEqual(it.store.schedules.list(staging), [])
  assert.throws(() => it.engine.actions.pauseSchedule(named, 'x', ada), isFault('schedule.unknown'))
})

test('a console is refused on a target that cannot give a terminal, and is another plan than the same command without', async () => {
  await using it = await startEngine(shop())
  await liveInProduction(it)
  const terminal = { type: 'xterm', rows: 24, columns: 80 }
  assert.throws(
    () => it.engine.actions.startOneOff(inStaging, { words: ['sh'], terminal }, ada),
    isFault('console.impossible'),
  )
  const track = it.store.tracks.get(production) ?? assert.fail()
  const [plain, console] = [{}, { terminal }].map((more) =>
    it.queries.oneOffs.plan(track, { words: ['sh'], ...more }, 'ada'),
  )
  assert.notEqual(plain?.hash, console?.hash)
  assert.equal(console?.approvals, 1)
})
