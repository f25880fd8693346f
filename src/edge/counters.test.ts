import assert from 'node:assert/strict'
import test from 'node:test'
import { latencyBoundsMs as contractBoundsMs } from '../targets/driver.ts'
import { Counters } from './counters.ts'
import { latencyBoundsMs } from './protocol.ts'

test('the edge counts latency in the buckets of the contract', () => {
  assert.deepEqual(latencyBoundsMs, contractBoundsMs)
})

test('a latency falls into the first bucket that takes it, the last bucket takes everything', () => {
  const counters = new Counters()
  for (const latencyMs of [0, 1, 1.01, 2, 10_000, 10_001, 1e9]) {
    counters.end('visitor', 'served', { digest: 'a', latencyMs })
  }
  const { latency } = counters.totals().requests
  assert.equal(latency.length, latencyBoundsMs.length + 1)
  assert.deepEqual([latency[0], latency[1], latency.at(-2), latency.at(-1)], [2, 2, 1, 2])
})

test('totals told earlier do not change afterwards', () => {
  const counters = new Counters()
  const before = counters.totals()
  counters.end('visitor', 'served', { digest: 'a', latencyMs: 1 })
  assert.equal(before.requests.served, 0)
  assert.equal(before.requests.latency[0], 0)
})

test('only the newest twenty lost requests are kept, and what is counted for nobody is nowhere', () => {
  const counters = new Counters()
  for (let at = 0; at < 30; at++) counters.lost('visitor', { at, method: 'GET', path: '/', why: '', instance: null })
  counters.lost('nobody', { at: 99, method: 'GET', path: '/', why: '', instance: null })
  counters.end('nobody', 'refused', { digest: '', latencyMs: null })
  counters.retried('nobody', 'a')
  const { lost, requests, byRelease } = counters.totals()
  assert.deepEqual([lost.length, lost[0]!.at, lost.at(-1)!.at], [20, 10, 29])
  assert.deepEqual([requests.refused, requests.retried, byRelease], [0, 0, {}])
})

test('releases of long ago lose their own line, not their part of the sum', () => {
  const counters = new Counters()
  for (let release = 0; release < 80; release++) {
    counters.end('visitor', 'served', { digest: `r${release}`, latencyMs: 1 })
    counters.end('visitor', 'refused', { digest: '', latencyMs: null })
  }
  const { requests, byRelease } = counters.totals()
  assert.deepEqual([requests.served, requests.refused, byRelease['']!.refused], [80, 80, 80])
  assert.equal(Object.keys(byRelease).length, 50)
  assert.ok('r79' in byRelease)
})
