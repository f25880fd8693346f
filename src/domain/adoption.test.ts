import assert from 'node:assert/strict'
import test from 'node:test'
import { type Found, servingOf } from './adoption.ts'
import type { Live } from './track.ts'

const release = { id: 'v1', version: '1', commit: 'c1', digest: 'one' }
const live: Live = {
  ...{ deployment: 'd1', release, variables: 0 },
  instances: [{ name: 'd1-web-1', deployment: 'd1', process: 'web', release, variables: 0 }],
}

function found(name: string, digest: string, more: Partial<Found> = {}): Found {
  const [deployment = '', process = ''] = name.split('-')
  return { name, deployment, process, digest, version: digest, commit: `c-${digest}`, state: 'healthy', ...more }
}

const names = (instances: readonly Found[], routed: readonly string[]) =>
  servingOf(live, { instances, routed })?.instances.map(({ name }) => name)

test('what is remembered, or nothing at all, is nothing to take over', () => {
  assert.equal(servingOf(live, { instances: [found('d1-web-1', 'one')], routed: ['d1-web-1'] }), null)
  assert.equal(servingOf(live, { instances: [], routed: [] }), null)
  assert.equal(servingOf(live, { instances: [found('d7-web-1', 'seven', { state: 'exited' })], routed: [] }), null)
})

test('what visitors get is what serves, with its other processes', () => {
  const seen = [found('d7-web-1', 'seven'), found('d7-worker-1', 'seven'), found('d1-web-1', 'one')]
  const serving = servingOf(live, { instances: seen, routed: ['d7-web-1'] })
  assert.deepEqual(serving, {
    ...{ deployment: 'd7', digest: 'seven', version: 'seven', commit: 'c-seven', instances: seen.slice(0, 2) },
  })
})

test('of several that visitors get the newest counts, by number and not by letter', () => {
  assert.deepEqual(names([found('d9-web-1', 'nine'), found('d10-web-1', 'ten')], ['d9-web-1', 'd10-web-1']), [
    'd10-web-1',
  ])
})

test('a new deployment that has no visitors yet does not count; where nobody has any, the newest does', () => {
  const seen = [found('d1-web-1', 'one'), found('d7-web-1', 'seven')]
  assert.equal(names(seen, ['d1-web-1']), undefined)
  assert.deepEqual(names(seen, []), ['d7-web-1'])
})

test('more instances of the same release than are remembered are taken over together', () => {
  const seen = [found('d1-web-1', 'one'), found('d3-web-2', 'one')]
  const serving = servingOf(live, { instances: seen, routed: ['d1-web-1', 'd3-web-2'] })
  assert.deepEqual([serving?.deployment, serving?.instances.length], ['d3', 2])
})

test('the same name with another release under it is not what is remembered', () => {
  assert.deepEqual(names([found('d1-web-1', 'reloaded')], ['d1-web-1']), ['d1-web-1'])
})
