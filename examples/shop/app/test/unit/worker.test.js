import assert from 'node:assert/strict'
import test from 'node:test'
import { findOrder, placeOrder } from '../../src/orders.js'
import { work } from '../../src/worker.js'
import { freshDatabase } from '../helpers.js'

test('the worker fulfils what is there and ends on the signal', async (t) => {
  const database = freshDatabase(t)
  const { id } = placeOrder(database, { product: 3, quantity: 2 })
  const stop = new AbortController()
  const done = work({ database, pauseMs: 60_000, signal: stop.signal })
  while (findOrder(database, id).state === 'new') await new Promise(setImmediate)
  stop.abort()
  await done
  assert.equal(findOrder(database, id).state, 'fulfilled')
})
