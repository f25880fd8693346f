import assert from 'node:assert/strict'
import test from 'node:test'
import { countOrders, findOrder, fulfilNext, latestOrders, placeOrder } from '../../src/orders.js'
import { freshDatabase } from '../helpers.js'

test('an order is taken with its total, and fulfilled once', (t) => {
  const database = freshDatabase(t)
  const { id, totalCents } = placeOrder(database, { product: 1, quantity: 2 })
  assert.equal(totalCents, 5990)
  assert.equal(findOrder(database, id).state, 'new')
  assert.equal(fulfilNext(database).id, id)
  assert.equal(fulfilNext(database), undefined)
  assert.equal(findOrder(database, id).state, 'fulfilled')
  assert.deepEqual(countOrders(database), { new: 0, fulfilled: 1 })
})

test('orders are fulfilled oldest first and listed newest first', (t) => {
  const database = freshDatabase(t)
  const first = placeOrder(database, { product: 1, quantity: 1 })
  const second = placeOrder(database, { product: 2, quantity: 1 })
  assert.equal(fulfilNext(database).id, first.id)
  assert.deepEqual(
    latestOrders(database, 10).map(({ id }) => id),
    [second.id, first.id],
  )
})

test('an order for nothing, for too much or for what is not sold is refused', (t) => {
  const database = freshDatabase(t)
  assert.match(placeOrder(database, { product: 99, quantity: 1 }).problem, /no such product/)
  for (const quantity of [0, -1, 1.5, 101, 'x', undefined]) {
    assert.match(placeOrder(database, { product: 1, quantity }).problem, /1 to 100/)
  }
  assert.deepEqual(countOrders(database), { new: 0, fulfilled: 0 })
})

test('a long note is cut', (t) => {
  const database = freshDatabase(t)
  placeOrder(database, { product: 1, quantity: 1, note: 'x'.repeat(60_000) })
  assert.equal(database.prepare('SELECT length(note) AS length FROM orders').get().length, 500)
})
