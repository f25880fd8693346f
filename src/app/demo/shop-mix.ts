import type { Shape } from './load-request.ts'

/** What the shop's visitors do: mostly look, some of them over a fresh connection, order with a long note, wait, watch. */
export const shopMix: readonly Shape[] = [
  look({ name: 'page', path: '/', weight: 50 }),
  look({ name: 'api', path: '/api/products', weight: 20 }),
  look({ name: 'page, fresh connection', path: '/', weight: 12, keepAlive: false }),
  look({ name: 'order', path: '/orders', weight: 8, method: 'POST', body: longOrder() }),
  look({ name: 'slow answer', path: '/slow?ms=400', weight: 8, latencyCounts: false }),
  look({ name: 'stream', path: '/stream', weight: 2, leaveAfterMs: 1200, latencyCounts: false }),
]

function look(shape: Pick<Shape, 'name' | 'path' | 'weight'> & Partial<Shape>): Shape {
  const usual = {
    method: 'GET',
    headers: {},
    body: null,
    keepAlive: true,
    leaveAfterMs: null,
    latencyCounts: true,
  } as const
  return { ...usual, ...shape }
}

/** 64 KB of it, so that the body is on its way for more than one packet. */
function longOrder(): string {
  return JSON.stringify({ product: 3, quantity: 2, note: 'Please ring twice. '.repeat(3450) })
}
