import type { Clock } from '../lib/clock.ts'
import { Fault } from '../lib/fault.ts'
import type { Perform } from './control.ts'
import { drain } from './drain.ts'
import type { DrainOrder, Hello, Verb, Verbs } from './protocol.ts'
import type { Registry } from './registry.ts'
import { parseRoute } from './route.ts'
import type { Routing } from './routing.ts'
import { Shape } from './shape.ts'

interface Parts {
  readonly registry: Registry
  readonly routing: Routing
  readonly clock: Clock
  readonly hello: () => Hello
  readonly open: () => Promise<{ readonly port: number }>
  readonly stop: (limitMs: number) => Promise<{ readonly cut: number }>
}

type Table = { readonly [V in Verb]: (params: unknown, signal: AbortSignal) => Promise<Verbs[V]['result']> }

/** What each verb of the protocol does. */
export function verbs(parts: Parts): Perform {
  const { registry, routing, clock } = parts
  const table: Table = {
    hello: async () => parts.hello(),
    open: () => parts.open(),
    route: (params) => routing.route(parseRoute(params)),
    unroute: (params) => routing.unroute(trackOf(params)),
    routes: async () => registry.routes,
    drain: (params, signal) => {
      const order = parseDrain(params)
      return drain(order, registry.track(order.track), { clock, signal })
    },
    traffic: async (params) => registry.traffic(trackOf(params), clock.now()),
    stop: (params) => parts.stop(new Shape(params, 'stop').count('limitMs')),
  }
  return async (verb, params, signal) => {
    if (!Object.hasOwn(table, verb)) {
      throw new Fault('request.invalid', { details: { problem: `there is no verb ${verb.slice(0, 40)}` } })
    }
    return await table[verb as Verb](params, signal)
  }
}

function trackOf(params: unknown): string {
  return new Shape(params, 'params').text('track')
}

function parseDrain(params: unknown): DrainOrder {
  const shape = new Shape(params, 'drain')
  return {
    track: shape.text('track'),
    instances: shape.texts('instances'),
    limitMs: shape.count('limitMs'),
    upgradedLimitMs: shape.count('upgradedLimitMs'),
  }
}
