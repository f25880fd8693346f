import { showPrice } from './prices.js'

/** The shop's page, from data alone. */
export function shopPage({ products, orders, version, stylesheet }) {
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>Shop</title>
<link rel="stylesheet" href="/${stylesheet}">
</head>
<body>
<header><h1>Shop</h1><p>Everything for tea.</p></header>
<main>
<h2>Products</h2>
<table>
${products.map(({ name, priceCents }) => `<tr><td>${escapeHtml(name)}</td><td>${showPrice(priceCents)}</td></tr>`).join('\n')}
</table>
<h2>Order</h2>
<form method="post" action="/orders">
<label>Product <select name="product">
${products.map(({ id, name }) => `<option value="${id}">${escapeHtml(name)}</option>`).join('\n')}
</select></label>
<label>Pieces <input name="quantity" type="number" min="1" max="100" value="1"></label>
<label>Note <input name="note" maxlength="500"></label>
<button>Order</button>
</form>
<h2>Latest orders</h2>
<ul>
${orders.map((order) => `<li>${orderLine(order)}</li>`).join('\n')}
</ul>
</main>
<footer>Shop ${escapeHtml(version)}</footer>
</body>
</html>
`
}

function orderLine({ id, product, quantity, totalCents, state }) {
  return `No. ${id}: ${quantity} × ${escapeHtml(product)}, ${showPrice(totalCents)} <em>${state}</em>`
}

export function escapeHtml(text) {
  const entities = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' }
  return String(text).replace(/[&<>"']/g, (sign) => entities[sign])
}
