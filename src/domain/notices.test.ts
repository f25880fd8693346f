import assert from 'node:assert/strict'
import test from 'node:test'
import { deploymentOf, factOf, runOf } from '../../test/helpers/records.ts'
import { noticeEvents, tellingsOf } from './notice.ts'
import { type About, isTold, noticeOf } from './notices.ts'
import type { NotifySpec } from './spec.ts'

const deployment = deploymentOf({ id: 'd7', track: 'shop/web/production' })
const run = runOf({ id: 'r3', title: 'Faster cart' })

const about: About = { deployment, run: null, title: 'Faster cart', attempt: 1, reaches: [] }
const aboutRun: About = { deployment: null, run, title: null, attempt: 2, reaches: ['staging'] }

function tell(kind: string, data: Record<string, unknown>, given: About = about) {
  return noticeOf(factOf({ kind, data }), given)
}

const finished = (data: Record<string, unknown>, given = about) =>
  tell('deployment.finished', { reason: null, ...data }, given)

/** Each event, the fact that brings it, and what must stand in the words. */
const table = [
  ['deployment_started', tell('deployment.prepare', {}), /web 4f2a91c → production: started/],
  ['deployment_succeeded', finished({ outcome: 'succeeded', totalMs: 41_300 }), /live in production[\s\S]*took 41s/],
  ['deployment_failed', finished({ outcome: 'failed', reason: 'needs staging' }), /failed[\s\S]*needs staging/],
  ['deployment_failed', finished({ outcome: 'errored', reason: 'needs a person' }), /errored[\s\S]*needs a person/],
  [
    'deployment_rolled_back',
    finished({ outcome: 'failed', rolledBack: true, reason: 'sick' }),
    /rolled back[\s\S]*sick/,
  ],
  [
    'deployment_superseded',
    finished({ outcome: 'aborted', supersededBy: 'd9' }),
    /d9 takes its place[\s\S]*ada had asked/,
  ],
  [
    'approval_needed',
    tell('deployment.requested', { state: 'waiting' }),
    /waits for approval[\s\S]*signalbox approve d7/,
  ],
  [
    'approval_needed',
    tell('deployment.approval_void', { moved: ['variables: 1 → 2'] }),
    /moved[\s\S]*variables: 1 → 2/,
  ],
  ['approval_expired', finished({ outcome: 'aborted', expired: 'approval' }), /nobody approved it in time/],
  [
    'run_failed',
    tell('run.finished', { outcome: 'failed', reason: 'test: exit code 1' }, aboutRun),
    /attempt 2[\s\S]*branch main[\s\S]*exit code 1/,
  ],
  [
    'unexpected_outcome',
    tell(
      'run.fell_short',
      { missed: [{ app: 'web', environment: 'staging', because: 'd7 failed' }], came: [] },
      aboutRun,
    ),
    /did not bring about[\s\S]*missed: web in staging: d7 failed/,
  ],
] as const

for (const [event, notice, words] of table) {
  test(`X16 notify: ${event} has its words, and names who it concerns`, () => {
    assert.equal(notice?.events[0], event)
    assert.match([notice?.message.title, ...(notice?.message.lines ?? [])].join('\n'), words)
    assert.match(notice?.message.lines.join('\n') ?? '', /4f2a91c Faster cart/)
    assert.deepEqual(notice?.message.people, ['ada'])
  })
}

test('every event that can be asked for is brought by some fact', () => {
  assert.deepEqual([...new Set(table.map(([event]) => event))].sort(), [...noticeEvents].sort())
})

test('what a person did themselves, and what goes on, is not told', () => {
  assert.equal(finished({ outcome: 'aborted', reason: 'cancelled by ada' }), null)
  assert.equal(tell('deployment.requested', { state: 'queued' }), null)
  assert.equal(tell('run.finished', { outcome: 'succeeded', reason: null }, aboutRun), null)
  assert.equal(tell('run.finished', { outcome: 'aborted', reason: 'cancelled by ada' }, aboutRun), null)
})

test('what becomes of notices is never told: a broken channel does not tell of itself for ever', () => {
  for (const kind of ['notice.failed', 'notice.tested', 'notice.redelivered']) assert.equal(isTold({ kind }), false)
})

test('a start is announced when the release has been found whole, not before (trap 10)', () => {
  assert.equal(tell('deployment.requested', { state: 'queued' }), null)
  assert.equal(tell('deployment.started', { prepares: true }), null)
  assert.equal(tell('deployment.prepare', {})?.events[0], 'deployment_started')
  // Where a platform does the whole rollout in one step there is nothing to wait for.
  assert.equal(tell('deployment.started', { prepares: false })?.events[0], 'deployment_started')
})

test('a person’s rollback is told as one', () => {
  const back = { ...about, deployment: deploymentOf({ track: 'shop/web/production', reason: 'rollback' }) }
  const notice = finished({ outcome: 'succeeded' }, back)
  assert.deepEqual(notice?.events, ['deployment_rolled_back', 'deployment_succeeded'])
  assert.match(notice?.message.title ?? '', /production went back to web 4f2a91c/)
})

test('only the beginning of a long reason is told', () => {
  const reason = Array.from({ length: 99 }, (_, index) => `line ${index} ${'x'.repeat(1000)}`).join('\n')
  const lines = finished({ outcome: 'failed', reason })?.message.lines ?? []
  assert.ok(lines.length < 20 && lines.every((line) => line.length <= 401))
})

const wish = (given: Partial<NotifySpec>): NotifySpec => ({
  ...{ channel: 'slack', to: '$CHAT', events: ['deployment_failed'], environments: [], signedWith: [], people: {} },
  ...given,
})

test('whoever asked for both names of a thing is told once, under the closer one', () => {
  const notice = finished({ outcome: 'failed', rolledBack: true })
  const both = wish({ events: ['deployment_failed', 'deployment_rolled_back'] })
  const events = (notify: readonly NotifySpec[]) => tellingsOf(notify, notice!).map(({ event }) => event)
  assert.deepEqual(events([both]), ['deployment_rolled_back'])
  assert.deepEqual(events([wish({})]), ['deployment_failed'])
  assert.deepEqual(events([wish({}), wish({ events: ['deployment_rolled_back'] })]), ['deployment_rolled_back'])
  assert.deepEqual(events([wish({}), wish({ to: '$OTHER' })]), ['deployment_failed', 'deployment_failed'])
  assert.deepEqual(events([wish({ events: ['deployment_started'] })]), [])
})

test('a recipient hears of their environments only; a run is about those its branch is to reach', () => {
  const here = (environments: readonly string[], notice = finished({ outcome: 'failed' })) =>
    tellingsOf([wish({ environments, events: ['deployment_failed', 'run_failed'] })], notice!).length
  assert.deepEqual([here([]), here(['production']), here(['staging'])], [1, 1, 0])
  const failed = tell('run.finished', { outcome: 'failed', reason: null }, aboutRun)
  assert.deepEqual([here([], failed), here(['staging'], failed), here(['production'], failed)], [1, 1, 0])
})
