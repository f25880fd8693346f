import assert from 'node:assert/strict'
import test from 'node:test'
import { ada, ended, inStaging, live, pushed, staging } from '../../test/helpers/deployments.ts'
import { startEngine } from '../../test/helpers/engine.ts'
import { environmentSpec, policies, projectSpec } from '../../test/helpers/spec.ts'
import { waitFor } from '../../test/helpers/wait-for.ts'
import type { Lock } from '../domain/gates/gate.ts'
import type { FreezeSpec } from '../domain/spec.ts'
import { Fault } from '../lib/fault.ts'

const hour = 3_600_000
const always: FreezeSpec = { cron: '* * * * *', durationMs: hour, timezone: 'UTC', reason: 'stocktaking' }

function specWith(freezes: readonly FreezeSpec[]) {
  const push = { push: ['main'], tags: [], releasePublished: false, after: [], schedules: [] }
  return projectSpec({
    environments: [environmentSpec({ name: 'staging', triggers: push, policies: { ...policies, freezes } })],
  })
}

test('freezes: while a window of the configuration is open nothing goes by itself, and status says until when', async () => {
  await using it = await startEngine(specWith([always]))
  await it.push('one')
  const held = await waitFor('a deployment', () => it.store.deployments.get('d1'))
  assert.equal(held.state.kind, 'queued')
  const [status] = await it.queries.status('shop', 'staging')
  assert.match(status?.queue[0]?.because ?? '', /^frozen until \d{4}-\d\d-\d\d \d\d:\d\d UTC: stocktaking$/)
  assert.equal(status?.freeze?.now?.reason, 'stocktaking')
})

test('freezes: when it is over the queue goes on by itself', async () => {
  await using it = await startEngine(specWith([]))
  await pushed(it, 'one')
  it.engine.actions.freeze(inStaging, { reason: 'demo', from: null, until: null, forMs: 400 }, ada)
  const [asked] = it.engine.actions.redeploy(inStaging, ada)
  assert.equal(asked?.state.kind, 'queued')
  const { startedAt, createdAt } = await ended(it, asked?.id ?? '')
  assert.ok((startedAt ?? 0) - createdAt >= 300)
})

test('freezes: a person may override one for a deployment or for a while, and the record keeps who and why', async () => {
  await using it = await startEngine(specWith([always]))
  await it.push('one')
  await waitFor('a deployment', () => it.store.deployments.get('d1'))
  const version = it.store.releases.get('v1')?.version ?? null
  it.engine.actions.cancelDeployment('d1', ada)
  const [alone] = it.engine.actions.deploy(inStaging, { version, overrideFreeze: 'the till is broken' }, ada)
  await ended(it, alone?.id ?? '')
  assert.equal(live(it, staging)?.deployment, alone?.id)
  const fact = it.store.facts.about(alone?.id ?? '').find(({ kind }) => kind === 'deployment.during_freeze')
  assert.match(String(fact?.data.because), /overridden by ada: the till is broken$/)
  const [again] = it.engine.actions.redeploy(inStaging, ada)
  assert.equal(again?.state.kind, 'queued')
  it.engine.actions.overrideFreeze(inStaging, { reason: 'second try', forMs: hour }, ada)
  await ended(it, again?.id ?? '')
  assert.equal(live(it, staging)?.deployment, again?.id)
})

test('freezes: a rollback and a scaling go all the same, and the record says that they did', async () => {
  await using it = await startEngine(specWith([]))
  await pushed(it, 'one')
  await pushed(it, 'two')
  it.engine.actions.freeze(inStaging, { reason: 'sale', from: null, until: null, forMs: hour }, ada)
  const [back] = await it.engine.actions.rollback(inStaging, { version: null }, ada)
  await ended(it, back?.id ?? '')
  const more = it.engine.actions.scale(inStaging, { web: 3 }, ada)
  await ended(it, more.id)
  assert.deepEqual([live(it, staging)?.release.id, live(it, staging)?.deployment], ['v1', more.id])
  for (const id of [back?.id ?? '', more.id])
    assert.ok(it.store.facts.about(id).some(({ kind }) => kind === 'deployment.during_freeze'))
})

test('freezes: a rollback does not wait behind what is frozen, and what is frozen goes when it is over', async () => {
  await using it = await startEngine(specWith([]))
  await pushed(it, 'one')
  await pushed(it, 'two')
  const { id } = it.engine.actions.freeze(inStaging, { reason: 'sale', from: null, until: null, forMs: hour }, ada)
  const [held] = it.engine.actions.redeploy(inStaging, ada)
  const version = it.store.releases.get('v1')?.version ?? null
  const [back] = await it.engine.actions.rollback(inStaging, { version }, ada)
  await ended(it, back?.id ?? '')
  assert.equal(live(it, staging)?.release.id, 'v1')
  assert.equal(it.store.deployments.get(held?.id ?? '')?.state.kind, 'queued')
  it.engine.actions.unfreeze(inStaging, id, ada)
  await ended(it, held?.id ?? '')
})

test('freezes: one that somebody takes away lets the queue go on; one that begins later holds nothing yet', async () => {
  await using it = await startEngine(specWith([]))
  await pushed(it, 'one')
  const soon = Date.now() + hour
  it.engine.actions.freeze(inStaging, { reason: 'later', from: soon, until: soon + hour, forMs: null }, ada)
  const [free] = it.engine.actions.redeploy(inStaging, ada)
  await ended(it, free?.id ?? '')
  const now = it.engine.actions.freeze(inStaging, { reason: 'now', from: null, until: null, forMs: hour }, ada)
  const [held] = it.engine.actions.redeploy(inStaging, ada)
  assert.equal(held?.state.kind, 'queued')
  assert.deepEqual(
    it.engine.actions.unfreeze(inStaging, now.id, ada).map(({ reason }) => reason),
    ['now'],
  )
  await ended(it, held?.id ?? '')
})

test('freezes: a span that is none, and a freeze that is not there, are refused with what there is', async () => {
  await using it = await startEngine(specWith([]))
  await pushed(it, 'one')
  const isFault = (code: string) => (error: unknown) => error instanceof Fault && error.code === code
  const freeze = (from: number, until: number) => () =>
    it.engine.actions.freeze(inStaging, { reason: 'x', from, until, forMs: null }, ada)
  assert.throws(freeze(2, 1), isFault('freeze.invalid'))
  assert.throws(freeze(1, 2), isFault('freeze.invalid'))
  assert.throws(() => it.engine.actions.unfreeze(inStaging, 'f9', ada), isFault('freeze.unknown'))
})

test('every decision of the scheduler is stored with what it knew, and asking again adds nothing', async () => {
  await using it = await startEngine(specWith([]))
  await pushed(it, 'one')
  it.engine.actions.lock(inStaging, { reason: 'look', forMs: null }, ada)
  const [asked] = it.engine.actions.redeploy(inStaging, ada)
  const id = asked?.id ?? ''
  // Each asks the gates again, and nothing is different.
  for (let n = 0; n < 5; n += 1) it.engine.actions.overrideFreeze(inStaging, { reason: 'x', forMs: hour }, ada)
  assert.deepEqual(
    it.store.decisions.of(id).map(({ decided }) => decided),
    ['queued', 'held'],
  )
  it.engine.actions.unlock(inStaging, ada)
  await ended(it, id)
  const all = it.store.decisions.of(id)
  assert.deepEqual(
    all.map(({ decided }) => decided),
    ['queued', 'held', 'begins'],
  )
  const lock = all[1]?.gates.find(({ answer }) => !answer.open)
  assert.deepEqual([lock?.gate, lock?.answer.because], ['lock', 'locked by ada: look'])
  const { lock: known } = all[1]?.inputs ?? {}
  assert.equal((known as Lock).reason, 'look')
  assert.deepEqual(all[2]?.inputs.lock, null)
})
