import assert from 'node:assert/strict'
import { utimesSync } from 'node:fs'
import { join } from 'node:path'
import test from 'node:test'
import { heartbeat, isBeating } from '../../src/heartbeat.js'
import { findOrder, placeOrder } from '../../src/orders.js'
import { work } from '../../src/worker.js'
import { freshDatabase, temporaryFolder } from '../helpers.js'

test('the worker fulfils what is there, shows that it lives, and ends on the signal', async (t) => {
  const database = freshDatabase(t)
  const { id } = placeOrder(database, { product: 3, quantity: 2 })
  const path = join(temporaryFolder(t), 'alive')
  const stop = new AbortController()
  const done = work({ database, pulse: heartbeat(path), pauseMs: 60_000, signal: stop.signal })
  while (findOrder(database, id).state === 'new') await new Promise(setImmediate)
  assert.ok(isBeating(path))
  stop.abort()
  await done
  assert.equal(findOrder(database, id).state, 'fulfilled')
  assert.ok(!isBeating(path))
})

test('a heartbeat that stopped long ago is none', (t) => {
  const path = join(temporaryFolder(t), 'alive')
  assert.ok(!isBeating(path))
  heartbeat(path).beat()
  assert.ok(isBeating(path))
  const before = new Date(Date.now() - 60_000)
  utimesSync(path, before, before)
  assert.ok(!isBeating(path))
})
