import assert from 'node:assert/strict'
import test from 'node:test'
import fc from 'fast-check'
import { distance, nearest } from './near-miss.ts'

test('a distance counts what was inserted, left out, replaced or swapped', () => {
  const rows: [string, string, number][] = [
    ['target', 'target', 0],
    ['tarket', 'target', 1],
    ['taregt', 'target', 1],
    ['targt', 'target', 1],
    ['targets', 'target', 1],
    ['', 'abc', 3],
    ['kitten', 'sitting', 3],
  ]
  for (const [a, b, expected] of rows) assert.equal(distance(a, b), expected, `${a} ${b}`)
  fc.assert(fc.property(fc.string(), fc.string(), (a, b) => distance(a, b) === distance(b, a)))
})

test('the nearest word is suggested, and none when none is near', () => {
  const keys = ['start_period', 'interval', 'timeout', 'on', 'env']
  assert.equal(nearest('startPeriod', keys), 'start_period')
  assert.equal(nearest('start-period', keys), 'start_period')
  assert.equal(nearest('tiemout', keys), 'timeout')
  assert.equal(nearest('no', keys), 'on')
  assert.equal(nearest('image', keys), null)
  assert.equal(nearest('x'.repeat(10_000), keys), null)
  assert.equal(nearest('timeout', ['timeout']), null)
})
