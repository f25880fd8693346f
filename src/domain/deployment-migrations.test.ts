import assert from 'node:assert/strict'
import test from 'node:test'
import { deploymentOf } from '../../test/helpers/records.ts'
import { policies, processSpec } from '../../test/helpers/spec.ts'
import { currentStep, type Deployment, decideDeployment, isActive, type StepOutcome } from './deployment.ts'
import type { PendingMigration } from './migrations.ts'
import { planMigration, planRollout, type RolloutInput } from './rollout.ts'
import type { PolicySpec } from './spec.ts'

const release = { id: 'v2', version: '2', commit: 'a'.repeat(40), digest: 'd' }
const gift: PendingMigration = { name: 'shop.0002_gift', class: 'expand', notes: [] }

test('other migrations than people said yes to send it back to them, and nothing has moved', () => {
  const began = begin(rolling('before', { pending: [], expiresMs: 500 }))
  const atSurvey = step(began, 'prepare')
  const decision = decide(atSurvey, { survey: { pending: [gift], problem: null } })
  assert.deepEqual(decision.deployment.state, { kind: 'waiting', expiresAt: 600 })
  assert.deepEqual([decision.deployment.startedAt, decision.deployment.phases], [null, []])
  assert.deepEqual(decision.commands, [])
  const said = decision.facts.find(({ kind }) => kind === 'deployment.approval_void')
  assert.match(JSON.stringify(said?.data), /nothing → shop\.0002_gift/)
})

test('what people said yes to, or were not asked about, goes on', () => {
  for (const approved of [{ pending: ['shop.0002_gift'], expiresMs: 500 }, null]) {
    const atSurvey = step(begin(rolling('before', approved)), 'prepare')
    assert.equal(decide(atSurvey, { survey: { pending: [gift], problem: null } }).deployment.state.kind, 'rolling')
  }
})

test('a migration that fails before the visitors move takes nothing with it', () => {
  let now = begin(rolling('before', null))
  while (currentStep(now)?.do !== 'migrate') now = step(now)
  const failed = fail(now)
  assert.equal(failed.state.kind, 'reverting')
  assert.equal(
    now.state.kind === 'rolling' && now.state.steps.slice(0, now.state.at).some((each) => each.do === 'place'),
    false,
  )
})

test('going back says which migrations stay applied', () => {
  let now = begin(rolling('before', null))
  while (currentStep(now)?.do !== 'migrate') now = step(now)
  now = decide(now, { applied: ['shop.0002_gift'] }).deployment
  const failed = fail(now)
  assert.ok(failed.state.kind === 'reverting')
  assert.equal(failed.state.because.reason, 'broke; its migrations stay applied: shop.0002_gift')
})

test('a late migration that fails leaves the new release live, and the record says on what (S13)', () => {
  let now = begin(rolling('after', null))
  while (currentStep(now)?.do !== 'migrate') now = step(now)
  now = fail(now)
  assert.equal(now.state.kind, 'rolling')
  const end = decide(now, {})
  assert.ok(end.deployment.state.kind === 'finished')
  const { outcome, reason, rolledBack, staysLive } = end.deployment.state
  assert.deepEqual([outcome, rolledBack, staysLive], ['failed', false, true])
  assert.match(reason ?? '', /^broke; 2 is live, on a database that not all its migrations have reached$/)
  assert.equal(end.live?.release.id, 'v2')
})

test('during a late migration nobody goes back any more: cancelled, too late or superseded', () => {
  let now = begin(rolling('after', null))
  while (currentStep(now)?.do !== 'migrate') now = step(now)
  for (const event of [{ type: 'cancelled', by: 'ada' }, { type: 'deadline' }] as const) {
    const left = decideDeployment(now, event, 100).deployment
    assert.equal(left.state.kind, 'rolling', event.type)
    assert.equal(currentStep(left)?.do, 'measure')
  }
  assert.equal(decideDeployment(now, { type: 'superseded', by: 'd9' }, 100).deployment, now)
})

test('an operation that only migrates makes nothing live and takes nothing back', () => {
  const { reason, ...others } = queued
  const begun = begin({ ...others, reason: 'migrate' }, planMigration(input('forbid_pending', null)))
  assert.equal(reason, 'promote')
  let now = begun
  while (isActive(now)) {
    const decision = decide(now, {})
    assert.equal(decision.live, undefined)
    now = decision.deployment
  }
  assert.ok(now.state.kind === 'finished' && now.state.outcome === 'succeeded')
  const failed = fail(step(step(begun)))
  assert.deepEqual(failed.state, { kind: 'finished', outcome: 'failed', reason: 'broke', rolledBack: false })
  const cancelled = decideDeployment(begun, { type: 'cancelled', by: 'ada' }, 100).deployment
  assert.ok(cancelled.state.kind === 'finished' && cancelled.state.outcome === 'aborted')
})

type Approved = NonNullable<RolloutInput['migrating']>['approved']

const queued = deploymentOf({ id: 'd2', release })

function input(moment: PolicySpec['migrations'], approved: Approved): RolloutInput {
  return {
    ...{ deployment: 'd2', release, variables: 0, live: null, hasMigrations: true, keepRunning: false },
    processes: [processSpec({ name: 'web', instances: 1 })],
    url: 'http://staging.test',
    files: null,
    policies: { ...policies, migrations: moment },
    migrating: { canBeAsked: true, isBackedUp: false, lock: null, approved },
  }
}

function rolling(moment: PolicySpec['migrations'], approved: Approved) {
  return { ...queued, rollout: planRollout(input(moment, approved)) }
}

function begin(deployment: Deployment & { rollout?: ReturnType<typeof planRollout> }, rollout = deployment.rollout) {
  const { rollout: _, ...plain } = deployment
  const event = {
    type: 'turn',
    rollout: rollout ?? planRollout(input('manual', null)),
    before: null,
    variables: 0,
    limitMs: 1000,
  }
  return decideDeployment(plain, event as Parameters<typeof decideDeployment>[1], 100).deployment
}

function decide(now: Deployment, result: StepOutcome) {
  const { state } = now
  if (state.kind !== 'rolling') throw new Error(state.kind)
  return decideDeployment(now, { type: 'step_done', phase: 'rolling', at: state.at, result }, 100)
}

function step(now: Deployment, expected?: string): Deployment {
  if (expected !== undefined) assert.equal(currentStep(now)?.do, expected)
  return decide(now, {}).deployment
}

function fail(now: Deployment): Deployment {
  const { state } = now
  if (state.kind !== 'rolling') throw new Error(state.kind)
  const ending = { outcome: 'failed', reason: 'broke' } as const
  return decideDeployment(now, { type: 'step_failed', phase: 'rolling', at: state.at, ending }, 100).deployment
}
