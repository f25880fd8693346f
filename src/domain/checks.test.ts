import assert from 'node:assert/strict'
import test from 'node:test'
import { runOf } from '../../test/helpers/records.ts'
import { checkSpec, projectSpec } from '../../test/helpers/spec.ts'
import { checkStates } from './checks.ts'
import { jobsOf } from './jobs.ts'
import type { Job, Run } from './run.ts'

const checks = [
  checkSpec({ name: 'test', matrix: { axes: { node: ['24', '26'] }, include: [], exclude: [], failFast: true } }),
]
const jobs = jobsOf({ spec: projectSpec({ checks }), changed: null, released: [], behind: [] })

function run(id: string, outcomes: readonly Job['outcome'][], kept = jobs): Run {
  const all = kept.map((job, index) => ({ ...job, outcome: outcomes[index] ?? null }))
  return runOf({ id, jobs: all })
}

const stateOf = (...runs: readonly Run[]) => checkStates(['test'], runs)[0]

test('a required check has passed when every cell of its matrix has', () => {
  assert.deepEqual(stateOf(run('r1', ['succeeded', 'succeeded'])), { name: 'test', state: 'passed', run: 'r1' })
  assert.equal(stateOf(run('r1', ['succeeded', null]))?.state, 'running')
  assert.equal(stateOf(run('r1', [null, 'failed']))?.state, 'failed')
})

test('one that failed and was allowed to, errored, was ended or skipped for another has not passed', () => {
  for (const outcome of ['failed', 'errored', 'aborted', 'skipped'] as const)
    assert.equal(stateOf(run('r1', ['succeeded', outcome]))?.state, 'failed', outcome)
})

test('of several runs of one commit the newest that had the check counts', () => {
  const [good, bad] = [run('r1', ['succeeded', 'succeeded']), run('r2', ['failed', 'failed'])]
  assert.deepEqual([stateOf(good, bad)?.state, stateOf(good, bad)?.run], ['failed', 'r2'])
  assert.equal(stateOf(bad, good)?.state, 'passed')
  const builds = jobs.filter(({ kind }) => kind === 'build')
  assert.equal(stateOf(bad, run('r3', ['succeeded'], builds))?.run, 'r2', 'one that left it out says nothing')
})

test('a check that its paths leave out counts as passed; one that never ran does not', () => {
  const builds = jobs.filter(({ kind }) => kind === 'build')
  assert.equal(stateOf(run('r1', ['succeeded'], builds))?.state, 'left_out')
  assert.equal(stateOf()?.state, 'missing')
})
