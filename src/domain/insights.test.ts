import assert from 'node:assert/strict'
import test from 'node:test'
import { changesMade, type Ended, numbersOf, perDay, periodsOf, rollbackWithinMs } from './insights.ts'

const hourMs = 3_600_000
const dayMs = 24 * hourMs
const always = { from: 0, to: 7 * dayMs }

/** Deployments of an hour each, that begin at these hours; where nothing else is said they bring `c1`, `c2`, … and succeed. */
function history(...given: (Partial<Ended> & { readonly at: number })[]): readonly Ended[] {
  return given.map(({ at, ...rest }, index) => ({
    ...{ number: index + 1, reason: 'promote', outcome: 'succeeded', startedAt: at * hourMs },
    ...{ finishedAt: (at + 1) * hourMs, commit: `c${index + 1}`, replaced: `c${index}` },
    ...{ rolledBack: false, staysLive: false },
    ...rest,
  }))
}

function judged(ended: readonly Ended[], reverts: ReadonlyMap<number, number> = new Map()) {
  return changesMade({ ended, reverts })
}

test('what brings no other commit is no change, nor what people ended', () => {
  const made = judged(
    history(
      { at: 1 },
      { at: 3, commit: 'c1', replaced: 'c1' },
      { at: 5, reason: 'variables', commit: 'c1', replaced: 'c1' },
      { at: 7, reason: 'rollback', commit: 'c0' },
      { at: 9, reason: 'migrate' },
      { at: 11, outcome: 'aborted' },
    ),
  )
  assert.deepEqual(
    made.map(({ startedAt, failure }) => [startedAt, failure]),
    [[hourMs, null]],
  )
})

test('what went back by itself was good again at its end; what did not, with the next that succeeds', () => {
  const made = judged(
    history(
      { at: 1, outcome: 'failed', rolledBack: true },
      { at: 3, outcome: 'errored' },
      { at: 5, outcome: 'failed', staysLive: true },
      { at: 7, reason: 'migrate' },
      { at: 9, reason: 'redeploy' },
      { at: 11, outcome: 'errored' },
    ),
  )
  assert.deepEqual(
    made.map(({ failure, isLive, recoveredAt }) => [failure, isLive, recoveredAt]),
    [
      ['failed', false, 2 * hourMs],
      ['errored', false, 10 * hourMs],
      ['failed', true, 10 * hourMs],
      ['errored', false, null],
    ],
  )
})

test('a rollback counts against what it took away, within a day and no later', () => {
  const within = rollbackWithinMs / hourMs
  const back = (at: number, more: Partial<Ended> = {}) =>
    judged(
      history({ at: 1 }, { at: 3, reason: 'rollback', commit: 'c0', replaced: 'c1', ...more, startedAt: at * hourMs }),
    )
  const [told] = back(2 + within)
  assert.deepEqual([told?.failure, told?.recoveredAt, told?.isLive], ['rolled_back', 4 * hourMs, true])
  assert.equal(back(3 + within)[0]?.failure, null)
  assert.equal(back(3, { outcome: 'failed' })[0]?.failure, null)
  assert.equal(back(3, { replaced: 'c7' })[0]?.failure, null)
  assert.equal(judged(history({ at: 1 }, { at: 3, replaced: 'c1' }))[0]?.failure, null)
})

test('a commit that had to be taken back counts against the deployment that brought it', () => {
  const [bad, good] = judged(history({ at: 1 }, { at: 3 }), new Map([[1, 4 * hourMs]]))
  assert.deepEqual([bad?.failure, bad?.recoveredAt, good?.failure], ['reverted', 4 * hourMs, null])
})

test('the numbers of a period, with how many there were', () => {
  const made = judged(
    history(
      { at: 1 },
      { at: 3, outcome: 'failed', rolledBack: true },
      { at: 5, outcome: 'errored' },
      { at: 7 },
      { at: 9, outcome: 'errored' },
    ),
  )
  const arrived = [1, 2, 3, 4, 10].map((hours) => ({ acceptedAt: 0, liveAt: hours * hourMs }))
  const { frequency, leadTime, failRate, recovery } = numbersOf(made, arrived, always)
  assert.deepEqual(frequency, { perWeek: 2, n: 2 })
  assert.deepEqual(leadTime, { medianMs: 3 * hourMs, p90Ms: 10 * hourMs, n: 5 })
  assert.deepEqual(failRate, {
    ...{ rate: 0.6, n: 5, failed: 3 },
    causes: { failed: 1, errored: 2, rolled_back: 0, reverted: 0 },
  })
  assert.deepEqual(recovery, { medianMs: 2 * hourMs, n: 2, open: 1 })
})

test('of nothing there is no number, and what lies outside the period is nothing', () => {
  const outside = { from: 8 * dayMs, to: 9 * dayMs }
  const arrived = [{ acceptedAt: 0, liveAt: 7 * dayMs }]
  const { frequency, leadTime, failRate, recovery } = numbersOf(judged(history({ at: 1 })), arrived, outside)
  assert.deepEqual(
    [frequency.perWeek, leadTime.medianMs, leadTime.p90Ms, failRate.rate, recovery.medianMs],
    [null, null, null, null, null],
  )
  assert.deepEqual([frequency.n, leadTime.n, failRate.n, recovery.n, recovery.open], [0, 0, 0, 0, 0])
})

test('a period is whole days with today the last, and the one before is as long', () => {
  const now = Date.UTC(2026, 10, 26, 13, 5)
  const { period, before } = periodsOf(now, 2)
  assert.deepEqual(period, { from: Date.UTC(2026, 10, 25), to: Date.UTC(2026, 10, 27) })
  assert.deepEqual(before, { from: Date.UTC(2026, 10, 23), to: Date.UTC(2026, 10, 25) })
  const made = { startedAt: now, isLive: true, failure: 'reverted', recoveredAt: null } as const
  assert.deepEqual(
    perDay(
      [
        { ...made, finishedAt: now },
        { ...made, finishedAt: before.to - 1 },
      ],
      period,
    ),
    [
      { day: '2026-11-25', deployments: 0, failed: 0 },
      { day: '2026-11-26', deployments: 1, failed: 1 },
    ],
  )
})
