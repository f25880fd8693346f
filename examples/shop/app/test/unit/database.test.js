import assert from 'node:assert/strict'
import { join } from 'node:path'
import test from 'node:test'
import { migrate, openDatabase, pendingMigrations } from '../../src/database.js'
import { listProducts } from '../../src/orders.js'
import { temporaryFolder } from '../helpers.js'

test('migrations run once, in order', (t) => {
  const database = openDatabase(join(temporaryFolder(t), 'data', 'shop.db'))
  t.after(() => database.close())
  const all = pendingMigrations(database)
  assert.equal(all[0], '001-products-and-orders.sql')
  assert.deepEqual(migrate(database), all)
  assert.deepEqual(pendingMigrations(database), [])
  assert.deepEqual(migrate(database), [])
  assert.equal(listProducts(database).length, 4)
})
