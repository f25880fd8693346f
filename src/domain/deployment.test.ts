import assert from 'node:assert/strict'
import test from 'node:test'
import fc from 'fast-check'
import { deploymentOf } from '../../test/helpers/records.ts'
import { policies, processSpec } from '../../test/helpers/spec.ts'
import {
  currentStep,
  type Deployment,
  type DeploymentEvent,
  deadlineOf,
  decideDeployment,
  isActive,
} from './deployment.ts'
import { planRollout } from './rollout.ts'

const release = { id: 'v1', version: '1', commit: 'a'.repeat(40), digest: 'd' }
const rollout = planRollout({
  deployment: 'd1',
  release,
  variables: 0,
  processes: [processSpec({ name: 'web', instances: 2 }), processSpec({ name: 'worker' })],
  live: null,
  policies,
  url: 'http://shop.test',
  hasMigrations: true,
  files: null,
  keepRunning: false,
})
const turn: DeploymentEvent = { type: 'turn', rollout, before: null, variables: 0, limitMs: 1000, approvals: [] }

test('every step is asked for once, in order, and the last one makes the release live', () => {
  const asked: string[] = []
  let now = apply(queued, turn)
  while (isActive(now)) {
    asked.push(currentStep(now)?.do ?? '')
    now = apply(now, done(now))
  }
  assert.deepEqual(
    asked,
    rollout.steps.map((step) => step.do),
  )
  assert.deepEqual(now.state, { kind: 'finished', outcome: 'succeeded', reason: null, rolledBack: false })
})

test('only the last step makes anything live', () => {
  let now = apply(queued, turn)
  while (isActive(now)) {
    const decision = decideDeployment(now, done(now), 1)
    assert.equal(decision.live !== undefined, !isActive(decision.deployment))
    now = decision.deployment
  }
})

test('a redeploy, a scaling or a change of variables that waits is of what is live when its turn comes; a promotion stays what it is', () => {
  const moved = { type: 'live_moved', release: { ...release, id: 'v2' } } as const
  for (const reason of ['redeploy', 'scale', 'variables'] as const) {
    assert.equal(apply({ ...queued, reason }, moved).release.id, 'v2')
    assert.equal(apply(apply({ ...queued, reason }, turn), moved).release.id, 'v1')
  }
  for (const reason of ['promote', 'rollback'] as const)
    assert.equal(apply({ ...queued, reason }, moved).release.id, 'v1')
})

test('a failed step sends everything back, and the deployment ends as that step did', () => {
  let now = apply(apply(queued, turn), done(apply(queued, turn)))
  const ending = { outcome: 'failed', reason: 'no', hint: 'Look at its log.' } as const
  now = apply(now, { type: 'step_failed', phase: 'rolling', at: 1, ending })
  assert.equal(now.state.kind, 'reverting')
  while (isActive(now)) now = apply(now, done(now))
  assert.deepEqual(now.state, { kind: 'finished', ...ending, rolledBack: true })
})

test('a deployment that has not begun ends when a newer one takes its place, and says which', () => {
  const waiting: Deployment = { ...queued, state: { kind: 'waiting', expiresAt: 99 } }
  for (const before of [queued, waiting]) {
    const { deployment, facts } = decideDeployment(before, { type: 'superseded', by: 'd7' }, 1)
    const ending = { outcome: 'aborted', reason: 'superseded by d7', supersededBy: 'd7' }
    assert.deepEqual(deployment.state, { kind: 'finished', ...ending, rolledBack: false })
    const { track, release, reason, by } = before
    assert.deepEqual(facts[0]?.data, { track, release, for: reason, asked: by, ...ending, totalMs: 1 })
  }
})

test('at whatever step a newer one takes its place, that step is done first, and then all goes back', () => {
  for (const stop of rollout.steps.keys()) {
    let now = apply(queued, turn)
    for (let at = 0; at < stop; at += 1) now = apply(now, done(now))
    const asked = decideDeployment(now, { type: 'superseded', by: 'd7' }, 1)
    if (['verify', 'measure'].includes(currentStep(now)?.do ?? '')) {
      assert.equal(asked.deployment, now, 'only looking is left: it is done before it could go back')
      continue
    }
    assert.deepEqual([asked.goesOn, asked.commands, currentStep(asked.deployment)], [true, [], currentStep(now)])
    assert.equal(decideDeployment(asked.deployment, { type: 'superseded', by: 'd8' }, 1).deployment, asked.deployment)
    now = apply(asked.deployment, done(asked.deployment))
    assert.equal(now.state.kind, 'reverting')
    while (isActive(now)) now = apply(now, done(now))
    const ending = { outcome: 'aborted', reason: 'superseded by d7', supersededBy: 'd7' }
    assert.deepEqual(now.state, { kind: 'finished', ...ending, rolledBack: true })
  }
})

test('a step that fails after a newer one was to take its place is the reason it ends for', () => {
  const now = apply(apply(queued, turn), { type: 'superseded', by: 'd7' })
  const back = apply(now, { type: 'step_failed', phase: 'rolling', at: 0, ending: { outcome: 'failed', reason: 'no' } })
  assert.ok(back.state.kind === 'reverting' && back.state.because.reason === 'no')
})

test('when only the counting is left, no failure of it and no limit decides about what runs already', () => {
  const last = { type: 'step_failed', phase: 'rolling', at: -1, ending: { outcome: 'errored', reason: 'no' } } as const
  for (const event of [last, { type: 'deadline' }, { type: 'quarantined', reason: 'again' }] as const) {
    let now = apply(queued, turn)
    while (currentStep(now)?.do !== 'verify') now = apply(now, done(now))
    now = apply(apply(now, done(now)), currentOr(apply(now, done(now)), event))
    assert.deepEqual(now.state, { kind: 'finished', outcome: 'succeeded', reason: null, rolledBack: false })
    let back = apply(apply(queued, turn), { type: 'cancelled', by: 'ada' })
    while (currentStep(back)?.do !== 'measure') back = apply(back, done(back))
    back = apply(back, currentOr(back, { ...event, phase: 'reverting' } as DeploymentEvent))
    assert.equal(back.state.kind === 'finished' && back.state.rolledBack, true)
  }
})

test('when going back fails too, a person is asked for and nothing claims to be rolled back', () => {
  let now = apply(queued, turn)
  now = apply(now, { type: 'cancelled', by: 'ada' })
  now = apply(now, { type: 'step_failed', phase: 'reverting', at: 0, ending: { outcome: 'errored', reason: 'gone' } })
  assert.equal(now.state.kind === 'finished' && now.state.outcome, 'errored')
  assert.match(
    now.state.kind === 'finished' ? String(now.state.reason) : '',
    /needs a person: cancelled by ada; .*gone/,
  )
  assert.equal(now.state.kind === 'finished' && now.state.rolledBack, false)
})

test('a rollback of its own is never rolled back: reverting only ever ends', () => {
  const reverting = apply(apply(queued, turn), { type: 'cancelled', by: 'ada' })
  for (const event of events) {
    const next = apply(reverting, event)
    assert.ok(next.state.kind === 'reverting' || next.state.kind === 'finished', event.type)
  }
})

test('an answer to an earlier step, or of the other phase, changes nothing', () => {
  const started = apply(queued, turn)
  const second = apply(started, done(started))
  assert.equal(decideDeployment(second, done(started), 2).deployment, second)
  const back = apply(second, { type: 'cancelled', by: 'ada' })
  assert.equal(decideDeployment(back, { type: 'step_done', phase: 'rolling', at: 1, result: {} }, 2).deployment, back)
})

test('whatever happens in whatever order: an end is final, a command belongs to the state, waiting always has a limit', () => {
  const some = fc.array(fc.constantFrom(...events), { maxLength: 40 })
  fc.assert(
    fc.property(some, fc.boolean(), (history, waiting) => {
      let now: Deployment = waiting ? { ...queued, state: { kind: 'waiting', expiresAt: 99 } } : queued
      for (const [at, event] of history.entries()) {
        const decision = decideDeployment(now, currentOr(now, event), at)
        if (now.state.kind === 'finished') assert.equal(decision.deployment, now)
        for (const command of decision.commands) {
          const { state } = decision.deployment
          assert.ok(isActive(decision.deployment) && state.kind === command.phase)
        }
        if (isActive(decision.deployment)) assert.notEqual(deadlineOf(decision.deployment), null)
        if (decision.live !== undefined)
          assert.deepEqual(decision.deployment.state, {
            kind: 'finished',
            outcome: 'succeeded',
            reason: null,
            rolledBack: false,
          })
        now = decision.deployment
      }
    }),
  )
})

const queued = deploymentOf({ release })

const events: readonly DeploymentEvent[] = [
  turn,
  { type: 'approved', plan: 'p', queueLimitMs: null },
  { type: 'rejected', by: 'ada', reason: 'no' },
  { type: 'approval_void', moved: ['x'], expiresMs: 10 },
  { type: 'refused', outcome: 'failed', reason: 'no' },
  { type: 'live_moved', release: { ...release, id: 'v2' } },
  { type: 'step_done', phase: 'rolling', at: -1, result: {} },
  { type: 'step_done', phase: 'reverting', at: -1, result: {} },
  { type: 'step_failed', phase: 'rolling', at: -1, ending: { outcome: 'failed', reason: 'no' } },
  { type: 'step_failed', phase: 'reverting', at: -1, ending: { outcome: 'errored', reason: 'no' } },
  { type: 'cancelled', by: 'ada' },
  { type: 'superseded', by: 'd7' },
  { type: 'deadline' },
  { type: 'quarantined', reason: 'again and again' },
]

/** Answers in the table stand for the step that is current. */
function currentOr(now: Deployment, event: DeploymentEvent): DeploymentEvent {
  const { state } = now
  return 'at' in event && 'at' in state ? { ...event, at: state.at } : event
}

function done(now: Deployment): DeploymentEvent {
  const { state } = now
  if (state.kind !== 'rolling' && state.kind !== 'reverting') throw new Error(`nothing is being done: ${state.kind}`)
  return { type: 'step_done', phase: state.kind, at: state.at, result: {} }
}

function apply(now: Deployment, event: DeploymentEvent): Deployment {
  return decideDeployment(now, event, 1).deployment
}
