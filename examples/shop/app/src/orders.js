import { totalCents } from './prices.js'

export function listProducts(database) {
  return database.prepare('SELECT id, name, price_cents AS priceCents FROM products ORDER BY id').all()
}

export function latestOrders(database, count) {
  const statement = database.prepare(
    `SELECT orders.id, products.name AS product, quantity, total_cents AS totalCents, state
     FROM orders JOIN products ON products.id = orders.product ORDER BY orders.id DESC LIMIT ?`,
  )
  return statement.all(count)
}

export function findOrder(database, id) {
  return database.prepare('SELECT id, state, quantity, total_cents AS totalCents FROM orders WHERE id = ?').get(id)
}

const longestNote = 500

/** Takes an order; `{ problem }` says what is wrong with it. */
export function placeOrder(database, { product, quantity, note = '' }) {
  const chosen = database.prepare('SELECT price_cents AS priceCents FROM products WHERE id = ?').get(Number(product))
  const count = Number(quantity)
  if (chosen === undefined) return { problem: 'there is no such product' }
  if (!Number.isInteger(count) || count < 1 || count > 100) return { problem: 'order 1 to 100 pieces' }
  const total = totalCents(chosen.priceCents, count)
  const statement = database.prepare(
    'INSERT INTO orders (product, quantity, total_cents, note, ordered_at) VALUES (?, ?, ?, ?, ?)',
  )
  const noteKept = String(note).slice(0, longestNote)
  const { lastInsertRowid } = statement.run(Number(product), count, total, noteKept, new Date().toISOString())
  return { id: Number(lastInsertRowid), totalCents: total }
}

/** The oldest order nobody has fulfilled, now fulfilled; undefined when there is none. Two workers never get the same one. */
export function fulfilNext(database) {
  const statement = database.prepare(
    `UPDATE orders SET state = 'fulfilled'
     WHERE id = (SELECT id FROM orders WHERE state = 'new' ORDER BY id LIMIT 1) RETURNING id`,
  )
  return statement.get()
}

export function countOrders(database) {
  const rows = database.prepare('SELECT state, count(*) AS count FROM orders GROUP BY state').all()
  return { new: 0, fulfilled: 0, ...Object.fromEntries(rows.map(({ state, count }) => [state, count])) }
}
