/** What a customer pays, in whole cents. */
export function totalCents(priceCents, quantity) {
  return priceCents * quantity
}

export function showPrice(cents) {
  return `${(cents / 100).toFixed(2)} €`
}
