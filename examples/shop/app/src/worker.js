import { setTimeout as delay } from 'node:timers/promises'
import { log } from './log.js'
import { fulfilNext } from './orders.js'

/** Fulfils orders one by one until the signal; the order in hand is finished first. */
export async function work({ database, pulse, pauseMs, signal }) {
  while (!signal.aborted) {
    pulse.beat()
    const order = fulfilNext(database)
    if (order !== undefined) log('order fulfilled', { order: order.id })
    else await delay(pauseMs, undefined, { signal }).catch(() => log('woken to stop'))
  }
  pulse.end()
}
