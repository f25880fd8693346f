import assert from 'node:assert/strict'
import test from 'node:test'
import { type Problem, showProblem, showProblems } from './problem.ts'

const problem: Problem = {
  ...{ file: 'signalbox.yml', line: 12, column: 5, path: 'environments.prod.tarket' },
  ...{ found: 'unknown key "tarket"', expected: 'one of apps, target', suggestion: 'target' },
}

test('a problem is one line that an editor can follow', () => {
  assert.equal(
    showProblem(problem),
    'signalbox.yml:12:5 environments.prod.tarket: unknown key "tarket"; expected one of apps, target; did you mean "target"?',
  )
  assert.equal(
    showProblem({ ...problem, path: '', expected: null, suggestion: null }),
    'signalbox.yml:12:5: unknown key "tarket"',
  )
})

test('a very long list is cut', () => {
  const shown = showProblems(Array.from({ length: 70 }, (_, index) => ({ ...problem, line: index + 1 }))).split('\n')
  assert.equal(shown.length, 51)
  assert.equal(shown.at(-1), '… and 20 more')
})
