import assert from 'node:assert/strict'
import test from 'node:test'
import { deliveryOf } from '../../test/helpers/records.ts'
import { again, begun, delivered, notDelivered, patienceMs } from './delivery.ts'

const fresh = deliveryOf({ giveUpAt: patienceMs })
const failure = { problem: 'no', mayMend: true, retryAfterMs: null }

test('a try counts before it is made', () => {
  assert.equal(begun(fresh).attempts, 1)
  assert.equal(begun(fresh).state, 'sending')
})

test('each wait is longer than the one before, up to hours, and jitter shortens it', () => {
  const waits = [1, 2, 3, 30].map(
    (attempts) => notDelivered({ ...fresh, attempts }, failure, { at: 0, jitter: 0 }).dueAt,
  )
  assert.deepEqual(waits, [5_000, 10_000, 20_000, 4 * 3_600_000])
  assert.equal(notDelivered({ ...fresh, attempts: 2 }, failure, { at: 0, jitter: 0.5 }).dueAt, 7_500)
})

test('whoever asks for a later time gets it, for a day at most', () => {
  const asked = (retryAfterMs: number) =>
    notDelivered(begun(fresh), { ...failure, retryAfterMs }, { at: 100, jitter: 0 }).dueAt
  assert.equal(asked(60_000), 60_100)
  assert.equal(asked(1), 5_100)
  assert.equal(asked(30 * 86_400_000), 86_400_100)
})

test('trying ends when patience does, with one last try then; and at once where nothing can mend', () => {
  const late = notDelivered({ ...fresh, attempts: 30 }, failure, { at: patienceMs - 1_000, jitter: 0 })
  assert.deepEqual([late.state, late.dueAt], ['waiting', patienceMs])
  assert.equal(notDelivered(late, failure, { at: patienceMs, jitter: 0 }).state, 'failed')
  assert.equal(notDelivered(begun(fresh), { ...failure, mayMend: false }, { at: 1, jitter: 0 }).state, 'failed')
})

test('a person may have it sent again, from the beginning', () => {
  const failed = notDelivered(begun(fresh), { ...failure, mayMend: false }, { at: 1, jitter: 0 })
  const next = again(failed, 50)
  assert.deepEqual([next.state, next.attempts, next.dueAt, next.giveUpAt], ['waiting', 0, 50, 50 + patienceMs])
  assert.equal(delivered(begun(next), 60).problem, null)
})
