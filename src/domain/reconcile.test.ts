import assert from 'node:assert/strict'
import test from 'node:test'
import { describeDrift, driftOf, hasDrift } from './reconcile.ts'
import type { Live } from './track.ts'

const release = { id: 'v1', version: 'v1', commit: 'c1', digest: 'x1' }
const instance = { name: 'd1-web-1', deployment: 'd1', process: 'web', release, variables: 0 }
const live: Live = { deployment: 'd1', release, variables: 0, instances: [instance] }
const running = { name: 'd1-web-1', digest: 'x1', state: 'healthy' }

test('what is live, runs and gets visitors is no drift, whatever its health says at the moment', () => {
  for (const state of ['healthy', 'unhealthy', 'backoff', 'starting'])
    assert.equal(hasDrift(driftOf(live, { instances: [{ ...running, state }], routed: ['d1-web-1'] })), false)
})

test('an instance that nobody starts again is as good as not there', () => {
  const drift = driftOf(live, { instances: [{ ...running, state: 'exited' }], routed: ['d1-web-1'] })
  assert.equal(describeDrift(drift), 'not there: d1-web-1')
})

test('another release under the same name, a stranger, and visitors sent elsewhere are drift', () => {
  const stranger = { ...running, name: 'd9-web-1' }
  const drift = driftOf(live, { instances: [{ ...running, digest: 'x2' }, stranger], routed: ['d9-web-1'] })
  assert.equal(
    describeDrift(drift),
    'not there: d1-web-1; not asked for: d9-web-1; without visitors: d1-web-1; visited, and should not be: d9-web-1',
  )
})

test('on a track where nothing is live, whatever runs is a stranger', () => {
  assert.deepEqual(driftOf(null, { instances: [running], routed: [] }).extra, ['d1-web-1'])
})
