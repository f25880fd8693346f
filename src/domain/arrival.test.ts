import assert from 'node:assert/strict'
import test from 'node:test'
import { acceptedTimes, revertedIn } from './arrival.ts'

const history = [
  { sha: 'merge', parents: ['main', 'side2'] },
  { sha: 'side2', parents: ['side1'] },
  { sha: 'main', parents: ['base'] },
  { sha: 'side1', parents: ['base'] },
]

test('a commit was accepted with the earliest push that had it in its history', () => {
  const pushes = new Map([
    ['merge', 30],
    ['side2', 10],
  ])
  assert.deepEqual(
    [...acceptedTimes(history, pushes)].sort(),
    [
      ['main', 30],
      ['merge', 30],
      ['side1', 10],
      ['side2', 10],
    ].sort(),
  )
})

test('what no push brought has no time, and what lies before is not looked at', () => {
  assert.deepEqual([...acceptedTimes(history, new Map([['side1', 5]]))], [['side1', 5]])
  assert.deepEqual([...acceptedTimes(history, new Map([['base', 5]]))], [])
})

test('a revert is known by the line that git writes', () => {
  const sha = 'a1'.repeat(20)
  assert.equal(revertedIn(`because\n\nThis reverts commit ${sha}.`), sha)
  assert.equal(revertedIn(`see: This reverts commit ${sha}.`), null)
  assert.equal(revertedIn('This reverts commit a1b2c3d.'), null)
})
