import assert from 'node:assert/strict'
import test from 'node:test'
import { Bell } from './bell.ts'

const never = new AbortController().signal

test('a ring wakes everybody who waits, once', async () => {
  const bell = new Bell()
  let value = 0
  const both = [1, 2].map((wanted) => bell.until(() => (value >= wanted ? value : undefined), never))
  value = 1
  bell.ring()
  assert.equal(await both[0], 1)
  value = 2
  bell.ring()
  assert.equal(await both[1], 2)
})
