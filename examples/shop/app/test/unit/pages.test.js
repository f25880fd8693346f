import assert from 'node:assert/strict'
import test from 'node:test'
import { shopPage } from '../../src/pages.js'

test('the page shows what it is given, and nothing of it as markup', () => {
  const page = shopPage({
    products: [{ id: 1, name: '<b>Kettle</b>', priceCents: 2995 }],
    orders: [{ id: 7, product: 'Cup', quantity: 2, totalCents: 1298, state: 'new' }],
    version: '1.2.3',
    stylesheet: 'shop.abc.css',
  })
  assert.match(page, /&lt;b&gt;Kettle&lt;\/b&gt;<\/td><td>29\.95 €/)
  assert.match(page, /No\. 7: 2 × Cup, 12\.98 € <em>new/)
  assert.match(page, /Shop 1\.2\.3/)
  assert.match(page, /href="\/shop\.abc\.css"/)
})
