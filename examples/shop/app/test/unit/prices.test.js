import assert from 'node:assert/strict'
import test from 'node:test'
import { showPrice, totalCents } from '../../src/prices.js'

test('a total is whole cents, whatever is ordered', () => {
  for (const price of [649, 1275, 1850, 2995]) {
    for (let quantity = 1; quantity <= 100; quantity += 1) {
      const total = totalCents(price, quantity)
      assert.ok(Number.isInteger(total), `${quantity} pieces at ${price} cents come to ${total} cents`)
    }
  }
})

test('a price is shown with two places', () => {
  assert.equal(showPrice(2995), '29.95 €')
  assert.equal(showPrice(600), '6.00 €')
})
