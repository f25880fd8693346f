import assert from 'node:assert/strict'
import test from 'node:test'
import type { DeploymentView } from '../api/views.ts'
import { exitCodeOfDeployment, exitCodeOfFault, worstOf } from './exit-codes.ts'

test('a fault ends the program by what it says about what was typed', () => {
  const rows = [
    ['command.invalid', 2],
    ['config.unreadable', 2],
    ['environment.unknown', 2],
    ['variable.invalid', 2],
    ['variable.invalid_value', 2],
    ['variable.reserved', 2],
    ['project.invalid_name', 2],
    ['app.ambiguous', 2],
    ['login.missing', 2],
    ['approval.plan_moved', 4],
    ['approval.none_given', 4],
    ['permission.denied', 4],
    ['rollback.forbidden', 4],
    ['wait.limit', 124],
    ['disk.full', 28],
    ['server.no_space', 28],
    ['server.unreachable', 1],
    ['deployment.ended', 1],
    ['a.code.of.a.newer.server', 1],
    ['constructor.toString', 1],
    ['', 1],
  ] as const
  for (const [code, exitCode] of rows) assert.equal(exitCodeOfFault(code), exitCode, code)
})

test('a deployment ends the program by how it ended', () => {
  const ended = (part: Partial<DeploymentView>) =>
    exitCodeOfDeployment({ state: 'finished', startedAt: 1, rolledBack: false, ...part } as DeploymentView)
  assert.equal(ended({ outcome: 'succeeded' }), 0)
  assert.equal(ended({ outcome: 'failed' }), 1)
  assert.equal(ended({ outcome: 'failed', startedAt: null }), 4)
  assert.equal(ended({ outcome: 'failed', rolledBack: true }), 5)
  assert.equal(ended({ outcome: 'aborted', rolledBack: true }), 5)
  assert.equal(ended({ outcome: 'errored' }), 6)
  assert.equal(ended({ outcome: 'aborted' }), 130)
  assert.equal(ended({ state: 'waiting', outcome: null }), 4)
})

test('of several that ended, the one that most needs a look decides', () => {
  assert.equal(worstOf([0, 5, 1, 4]), 1)
  assert.equal(worstOf([0, 4, 5]), 5)
  assert.equal(worstOf([6, 1]), 6)
  assert.equal(worstOf([0, 0]), 0)
  assert.equal(worstOf([]), 0)
})
