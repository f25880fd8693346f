import assert from 'node:assert/strict'
import test from 'node:test'
import fc from 'fast-check'
import { backoffMs } from './backoff.ts'

const limits = { firstMs: 100, mostMs: 5_000 }

test('waits twice as long after each failure, up to the limit', () => {
  const waits = [1, 2, 3, 4, 5, 6, 7, 8].map((failures) => backoffMs(failures, limits, 0))
  assert.deepEqual(waits, [100, 200, 400, 800, 1_600, 3_200, 5_000, 5_000])
})

test('jitter takes away at most half, and any number of failures gives a sane wait', () => {
  fc.assert(
    fc.property(fc.nat(), fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }), (failures, jitter) => {
      const wait = backoffMs(failures, limits, jitter)
      return wait >= 50 && wait <= 5_000
    }),
  )
})
