import assert from 'node:assert/strict'
import test from 'node:test'
import type { HealthSpec } from '../domain/spec.ts'
import { backoffMs, quickExits } from './backoff.ts'
import { after, ProbeHistory, pauseBefore, proven, type Tally, unproven } from './health.ts'

const spec: HealthSpec = {
  ...{ probe: { kind: 'tcp' }, startPeriodMs: 1000, intervalMs: 500, timeoutMs: 100, passes: 2, failures: 3 },
}

/** P = pass, F = failure, all within the start period unless told otherwise. */
function run(from: Tally, probes: string, sinceStartMs = 100): Tally {
  return [...probes].reduce((tally, probe) => after(tally, probe === 'P', spec, sinceStartMs), from)
}

test('it takes passes in a row to be trusted, and failures before that do not count', () => {
  assert.equal(run(unproven, 'FFFFFP').state, 'starting')
  assert.equal(run(unproven, 'PFP').state, 'starting')
  assert.equal(run(unproven, 'FPP').state, 'healthy')
})

test('when the start period is over without a pass it is unhealthy, and may still recover', () => {
  const late = run(unproven, 'F', 1000)
  assert.equal(late.state, 'unhealthy')
  assert.equal(run(late, 'PP', 2000).state, 'healthy')
})

test('it takes failures in a row to lose trust', () => {
  assert.equal(run(proven, 'FFPFF').state, 'healthy')
  assert.equal(run(proven, 'FFF').state, 'unhealthy')
})

test('who flaps is trusted again more slowly each time, until it has been well for long', () => {
  const once = run(proven, 'FFF')
  assert.equal(run(once, 'PPP').state, 'unhealthy')
  assert.equal(run(once, 'PPPP').state, 'healthy')
  const twice = run(run(once, 'PPPP'), 'FFF')
  assert.equal(run(twice, 'P'.repeat(7)).state, 'unhealthy')
  assert.equal(run(twice, 'P'.repeat(8)).state, 'healthy')
  assert.equal(run(twice, 'P'.repeat(200)).flaps, 0)
})

test('the first pass is looked for often, but not more than a twentieth of the time adds', () => {
  assert.equal(pauseBefore(unproven, spec, 0), 10)
  assert.equal(pauseBefore(unproven, spec, 2000), 100)
  assert.equal(pauseBefore(unproven, spec, 60_000), 500)
  assert.equal(pauseBefore(run(unproven, 'P'), spec, 20), 500)
  assert.equal(pauseBefore(proven, spec, 20), 500)
})

test('the history tells equal probes once, and keeps the first and the newest', () => {
  const history = new ProbeHistory()
  for (const at of [0, 10, 20]) history.add({ isPass: false, error: 'ECONNREFUSED', isRefused: true }, at)
  history.add({ isPass: false, status: 503, answer: 'no', address: '127.0.0.1' }, 30)
  assert.deepEqual(history.notes, [
    { isPass: false, error: 'ECONNREFUSED', fromMs: 0, toMs: 20, count: 3 },
    { isPass: false, status: 503, answer: 'no', fromMs: 30, toMs: 30, count: 1 },
  ])
  for (let index = 0; index < 500; index += 1) history.add({ isPass: false, status: 500 + (index % 2) }, 40 + index)
  assert.equal(history.notes.length, 100)
  assert.equal(history.notes[0]?.error, 'ECONNREFUSED')
  assert.equal(history.notes.at(-1)?.toMs, 539)
  assert.match(history.lastSaid ?? '', /answered with 501/)
})

test('the wait before a restart doubles from 100 ms to 30 s, and starts again after a minute up', () => {
  assert.deepEqual([1, 2, 3, 9, 10, 50].map(backoffMs), [100, 200, 400, 25_600, 30_000, 30_000])
  assert.deepEqual([quickExits(4, 59_000), quickExits(4, 60_000)], [5, 1])
})
