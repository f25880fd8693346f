import assert from 'node:assert/strict'
import test from 'node:test'
import { growth, type Tree, type TreeMember } from './tree-growth.ts'

const member = (pid: number, parent: number, ownMs: number, childrenMs = 0): TreeMember => {
  return { pid, startTime: 1, parent, ownMs, childrenMs }
}
const tree = (...members: readonly TreeMember[]): Tree => new Map(members.map((each) => [each.pid, each]))

test('what is new and what has gone on is counted', () => {
  const before = tree(member(10, 1, 50))
  const now = tree(member(10, 1, 80), member(11, 10, 400, 20))
  assert.deepEqual(growth(before, now), { ms: 30 + 420, lostMs: null })
})

test('a child that came and went between two looks is in its parent\u2019s account', () => {
  assert.deepEqual(growth(tree(member(10, 1, 0)), tree(member(10, 1, 0, 700))), { ms: 700, lostMs: null })
})

test('a child that has ended is not counted a second time', () => {
  const before = tree(member(10, 1, 10), member(11, 10, 600, 100))
  assert.deepEqual(growth(before, tree(member(10, 1, 10, 750))), { ms: 50, lostMs: null })
})

test('the time of a whole branch goes to the nearest that is left', () => {
  const before = tree(member(10, 1, 10), member(11, 10, 5), member(12, 11, 600))
  assert.deepEqual(growth(before, tree(member(10, 1, 10, 655))), { ms: 50, lostMs: null })
})

test('a parent that does not wait for its children gets nothing of them, and that never counts backwards', () => {
  const before = tree(member(10, 1, 10), member(11, 10, 600))
  assert.deepEqual(growth(before, tree(member(10, 1, 30))), { ms: 20, lostMs: null })
})

test('when the first process is gone its last time is not known', () => {
  assert.deepEqual(growth(tree(member(10, 1, 500)), tree()), { ms: 0, lostMs: 500 })
})

test('a number that was given to another process begins anew', () => {
  const before = tree(member(10, 1, 500))
  assert.deepEqual(growth(before, tree({ ...member(10, 1, 40), startTime: 2 })), { ms: 40, lostMs: 500 })
})
