import assert from 'node:assert/strict'
import test from 'node:test'
import { keepNewest } from './keep-newest.ts'

test('the oldest goes when there are too many, and what is put there again is new again', () => {
  const kept = new Map<string, number>()
  for (const [key, value] of [
    ['a', 1],
    ['b', 2],
    ['a', 3],
    ['c', 4],
  ] as const)
    keepNewest(kept, [key, value], 2)
  assert.deepEqual(
    [...kept],
    [
      ['a', 3],
      ['c', 4],
    ],
  )
})
