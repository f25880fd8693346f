import assert from 'node:assert/strict'
import test from 'node:test'
import { median, quantile } from './quantile.ts'

test('the median is the middle one, or the mean of the two in the middle; of nothing there is none', () => {
  assert.equal(median([9, 1, 5]), 5)
  assert.equal(median([10, 1, 4, 5]), 5)
  assert.equal(median([]), null)
})

test('a quantile is one of the numbers, and as many as it says are no larger', () => {
  const hundred = Array.from({ length: 100 }, (_, index) => 100 - index)
  assert.equal(quantile(hundred, 0.9), 90)
  assert.equal(quantile([3, 7], 0.9), 7)
  assert.equal(quantile([3], 0), 3)
  assert.equal(quantile([], 0.9), null)
})
