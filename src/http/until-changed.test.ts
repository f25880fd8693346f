import assert from 'node:assert/strict'
import { DatabaseSync } from 'node:sqlite'
import test from 'node:test'
import { ManualClock } from '../../test/helpers/clock.ts'
import { Database, migrate } from '../store/database.ts'
import { storeOver } from '../store/store.ts'
import { untilChanged } from './until-changed.ts'

test('what was so is looked up again after something was stored, and after a minute, and else not', async () => {
  const connection = new DatabaseSync(':memory:')
  migrate(connection)
  const store = storeOver(new Database(connection))
  const clock = new ManualClock()
  let [looks, answer] = [0, true]
  const isSo = untilChanged({ store, clock }, () => {
    looks += 1
    return answer
  })
  await clock.advance(30_000)
  store.projects.list()
  assert.deepEqual([isSo(), isSo(), looks], [true, true, 0])
  store.projects.add({ name: 'shop', origin: null, createdAt: 0, createdBy: 'ada' })
  assert.deepEqual([isSo(), isSo(), looks], [true, true, 1])
  await clock.advance(60_000)
  assert.deepEqual([isSo(), isSo(), looks], [true, true, 2])
  answer = false
  store.db.transaction(() => store.meta.rise('number', 1))
  assert.deepEqual([isSo(), isSo(), looks], [false, false, 4])
})
