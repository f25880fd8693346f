import assert from 'node:assert/strict'
import test from 'node:test'
import { Fault } from '../../lib/fault.ts'
import { type Fields, questionOf } from './question.ts'

const problem = (fields: Fields): unknown => {
  try {
    questionOf(fields)
  } catch (error) {
    return error instanceof Fault ? error.details.problem : error
  }
  return 'nothing was wrong'
}

test('fields become a question by their places, and are read by their types', () => {
  const fields = {
    ...{ 'params.project': 'shop', 'body.reason': 'the fair', 'body.comment': '', back: '/', other: 'x' },
    ...{ 'body.forMs#span': '1h30m', 'body.counts.web#int': '3', 'body.destructive#bool': 'true' },
    ...{
      'body.command#lines': 'node\r\nclean.js\r\n',
      'body.changes.0.name': 'A',
      'body.changes.0.value#json': 'null',
    },
    ...{ 'body.deployments[]': ['d1', 'd2'], 'body.approvals[]#json': '{"deployment":"d3"}' },
  }
  assert.deepEqual(questionOf(fields), {
    params: { project: 'shop' },
    query: {},
    body: {
      ...{ reason: 'the fair', forMs: 5_400_000, counts: { web: 3 }, destructive: true, command: ['node', 'clean.js'] },
      ...{ changes: [{ name: 'A', value: null }], deployments: ['d1', 'd2'], approvals: [{ deployment: 'd3' }] },
    },
  })
})

test('what cannot be read is told with its place, what was found and what was expected', () => {
  const rows: readonly (readonly [Fields, RegExp])[] = [
    [{ 'body.forMs#span': 'soon' }, /^body\.forMs: found "soon", expected a time such as 30m/],
    [{ 'body.counts.web#int': '2.5' }, /^body\.counts\.web: found "2\.5", expected a whole number/],
    [{ 'body.approvals[]#json': '{' }, /^body\.approvals\[\]: not JSON/],
    [{ 'body.reason': ['a', 'b'] }, /^body\.reason is given twice/],
    [{ 'body.reason': new File([], 'x') }, /^body\.reason: a file, expected text/],
    [{ 'body.__proto__.x': '1' }, /no such field/],
    [{ 'body.a.b.c.d.e.f.g': '1' }, /no such field/],
  ]
  for (const [fields, expected] of rows) assert.match(String(problem(fields)), expected)
  assert.equal(({} as { x?: unknown }).x, undefined)
})
