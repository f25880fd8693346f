import assert from 'node:assert/strict'
import test from 'node:test'
import { byUrgency, type Mark, markOf, versionsOf, worstOf } from './overview.ts'

const quiet = { live: { deployment: 'd1' }, attempted: null, finding: null, mixed: null, waiting: [], queued: 0 }
const attempt = (state: 'finished' | 'rolling' | 'reverting', outcome: 'succeeded' | 'failed' | 'aborted' | null) => ({
  ...{ deployment: 'd2', state, outcome },
})

test('what failed comes before what waits, and that before what moves', () => {
  const cases: readonly [Partial<Parameters<typeof markOf>[0]>, Mark][] = [
    [{}, 'well'],
    [{ live: null }, 'empty'],
    [{ queued: 1 }, 'queued'],
    [{ queued: 1, attempted: attempt('rolling', null), mixed: 'mixed versions' }, 'moving'],
    [{ attempted: attempt('rolling', null), waiting: ['d3'] }, 'waiting'],
    [{ attempted: attempt('finished', 'failed'), waiting: ['d3'] }, 'failing'],
    [{ attempted: attempt('reverting', null) }, 'failing'],
    [{ attempted: attempt('finished', 'aborted') }, 'well'],
    [{ finding: 'd1-web-1 is gone' }, 'failing'],
    [{ mixed: 'mixed versions: 2 of v1, 1 of v2' }, 'failing'],
  ]
  for (const [given, mark] of cases) assert.equal(markOf({ ...quiet, ...given }), mark, JSON.stringify(given))
})

test('trouble first, then what waits for people; whatever else goes on keeps its place', () => {
  const projects = [
    { name: 'd', mark: 'moving' },
    { name: 'c', mark: 'failing' },
    { name: 'b', mark: 'waiting' },
    { name: 'a', mark: 'well' },
  ] as const
  assert.deepEqual(
    [...projects].sort(byUrgency).map(({ name }) => name),
    ['c', 'b', 'a', 'd'],
  )
  assert.equal(worstOf(['well', 'moving', 'waiting']), 'waiting')
  assert.equal(worstOf([]), 'empty')
})

test('instances are counted by version', () => {
  const instances = [
    { version: 'v1', state: 'healthy' },
    { version: 'v2', state: 'healthy' },
    { version: 'v2', state: 'starting' },
  ]
  assert.deepEqual(versionsOf(instances), [
    { version: 'v2', instances: 2, healthy: 1 },
    { version: 'v1', instances: 1, healthy: 1 },
  ])
})
