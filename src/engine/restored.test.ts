import assert from 'node:assert/strict'
import test from 'node:test'
import { live, outcome, pushed, staging, waitingOn } from '../../test/helpers/deployments.ts'
import { type EngineUnderTest, startEngine } from '../../test/helpers/engine.ts'
import { projectSpec } from '../../test/helpers/spec.ts'
import { waitFor } from '../../test/helpers/wait-for.ts'
import type { Live } from '../domain/track.ts'
import { Engine } from './engine.ts'
import { settleRestored } from './restored.ts'

const production = 'shop/shop/production'

/** As `signalbox restore` leaves it. */
function markRestored({ store }: EngineUnderTest): void {
  store.meta.rise('restored', store.facts.head().seq)
}

async function startedAgain({ parts }: EngineUnderTest): Promise<Engine> {
  const engine = new Engine(parts, (error) => {
    throw error
  })
  await engine.start()
  return engine
}

test('what was under way when the backup was taken ends, and nothing of it is done again', async () => {
  await using it = await startEngine(projectSpec())
  await pushed(it, 'one')
  const waiting = await waitFor('production to be asked', () => waitingOn(it, production))
  await it.push('two', {
    branch: 'side',
    job: (_, signal) => new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason))),
  })
  await it.engine.stop()
  const unseen = it.commit('three')
  const timer = { project: 'shop', environment: null, branch: 'main', cron: '0 3 * * *', timezone: 'UTC', dueAt: 1 }
  it.store.timers.set(timer)
  markRestored(it)
  const runs = it.store.runs.list(null, 50).length
  assert.equal(await settleRestored(it.parts, () => {}), true)

  assert.deepEqual(
    [outcome(it, waiting.id), it.store.runs.unfinished().length, it.store.outbox.count()],
    ['aborted', 0, 0],
  )
  const why = it.store.facts.about(waiting.id).at(-1)?.data.reason
  assert.match(String(why), /restored from a backup; what became of it since is not recorded/)
  assert.ok((it.store.timers.list('shop')[0]?.dueAt ?? 0) > it.parts.time.now())
  assert.equal(it.store.projects.refs('shop').get('refs/heads/main'), unseen)
  assert.equal(it.store.facts.about('refs/heads/main').at(-1)?.kind, 'ref.passed_over')
  assert.ok(it.store.tracks.isUnsure(staging))
  assert.equal(await settleRestored(it.parts, () => {}), false, 'it is settled once')

  const before = live(it, staging)
  const engine = await startedAgain(it)
  await waitFor('the first look', () => !it.store.tracks.isUnsure(staging))
  await engine.actions.sync('shop', 'ada')
  await engine.stop()
  assert.equal(it.store.runs.list(null, 50).length, runs)
  assert.deepEqual(live(it, staging), before, 'what runs is what was remembered')
  assert.ok(it.store.facts.about(staging).some(({ kind }) => kind === 'track.as_recorded'))
  assert.equal(it.store.facts.verify(), null)
})

test('a newer deployment of a release that is remembered is taken over by its name', async () => {
  await using it = await startEngine(projectSpec())
  await pushed(it, 'one')
  const old = live(it, staging) as Live
  await pushed(it, 'two')
  const now = live(it, staging) as Live
  await it.engine.stop()
  it.store.tracks.setLive(staging, old)
  markRestored(it)
  const engine = await startedAgain(it)
  await waitFor('the first look', () => !it.store.tracks.isUnsure(staging))
  await engine.stop()
  assert.deepEqual(live(it, staging)?.release, now.release)
  const names = (each: Live | null | undefined) => each?.instances.map(({ name }) => name)
  assert.deepEqual(names(live(it, staging)), names(now))
  assert.deepEqual(
    names(now)?.filter((name) => !it.world.host('one').instances.has(name)),
    [],
  )
})

test('nothing begins on a track before it has been looked at', async () => {
  await using it = await startEngine(projectSpec())
  await pushed(it, 'one')
  it.store.tracks.doubtAll()
  const { id } = it.engine.actions.redeploy({ project: 'shop', environment: 'staging' }, { by: 'ada' })[0] ?? { id: '' }
  assert.equal(it.store.deployments.get(id)?.state.kind, 'queued')
  assert.match(
    JSON.stringify(it.store.decisions.of(id).at(-1)?.gates),
    /restored from a backup, and has not looked yet at what runs here/,
  )
  it.store.tracks.forgetChecks()
  await waitFor('it to end', () => outcome(it, id) === 'succeeded')
})
