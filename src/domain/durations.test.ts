import assert from 'node:assert/strict'
import test from 'node:test'
import { deploymentOf } from '../../test/helpers/records.ts'
import type { Deployment } from './deployment.ts'
import { expectedFrom } from './durations.ts'
import type { Outcome } from './outcome.ts'

function past(takes: readonly (readonly [string, number])[], outcome: Outcome = 'succeeded'): Deployment {
  let at = 1000
  const phases = takes.map(([name, ms]) => {
    at += ms
    return { name, at: at - ms }
  })
  const state = { kind: 'finished', outcome, reason: null, rolledBack: false } as const
  return deploymentOf({ startedAt: 1000, finishedAt: at, phases, state })
}

test('each phase takes the middle of what it took before; one that came twice is added up', () => {
  const all = [
    past([
      ['prepare', 10],
      ['place', 100],
      ['place', 100],
      ['verify', 5],
    ]),
    past([
      ['prepare', 20],
      ['place', 900],
    ]),
    past([
      ['prepare', 3_600_000],
      ['place', 300],
    ]),
    past([['prepare', 1]], 'failed'),
  ]
  assert.deepEqual(expectedFrom(all), {
    phases: [
      { name: 'prepare', ms: 20, samples: 3 },
      { name: 'place', ms: 300, samples: 3 },
      { name: 'verify', ms: 5, samples: 1 },
    ],
    totalMs: 920,
    samples: 3,
  })
})

test('of two it is what lies between them; of none nothing is known', () => {
  assert.equal(expectedFrom([past([['place', 100]]), past([['place', 200]])]).totalMs, 150)
  assert.deepEqual(expectedFrom([]), { phases: [], totalMs: null, samples: 0 })
})
