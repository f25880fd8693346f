import type { Answer, Asked, Route } from '../api/route.ts'
import type { RouteName, Routes } from '../api/routes.ts'
import type { Principal } from './auth.ts'

/** Who asks, and how. */
export interface Caller {
  /** Name of the account; empty on routes for anyone. */
  readonly by: string
  readonly principal: Principal
  /** Aborted when the client went away or the server stops. */
  readonly signal: AbortSignal
  /** On a stream: what came last, when the client takes up one that broke. */
  readonly lastEventId: string | null
}

/** One event of a stream. */
export interface Sent<T> {
  readonly id: string | null
  readonly data: T
}

export type Handler<R extends Route> = R extends { readonly kind: 'events' }
  ? (asked: Asked<R>, caller: Caller) => AsyncIterable<Sent<Answer<R>>>
  : (asked: Asked<R>, caller: Caller) => Answer<R> | Promise<Answer<R>>

/** A handler for every route: the compiler finds one that is missing. */
export type Handlers = { readonly [N in RouteName]: Handler<Routes[N]> }
