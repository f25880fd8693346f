import type { Context, Hono } from 'hono'
import { apiPrefix, type Route } from '../api/route.ts'
import { type RouteName, routes } from '../api/routes.ts'
import type { Where } from '../domain/role.ts'
import type { Clock } from '../lib/clock.ts'
import { Fault } from '../lib/fault.ts'
import type { Log } from '../lib/log.ts'
import type { Store } from '../store/store.ts'
import { type AnyAsked, type AnyHandler, admittedTo, checked, invalid } from './ask.ts'
import { type Gatekeeper, nobody, type Principal, rankOfScope } from './auth.ts'
import { jsonOf } from './body.ts'
import type { Env } from './env.ts'
import type { Handlers, Sent } from './handlers.ts'
import type { OpenStreams } from './open-streams.ts'
import { eventResponse } from './stream.ts'

export interface BindParts {
  readonly store: Store
  readonly gatekeeper: Gatekeeper
  readonly openStreams: OpenStreams
  readonly clock: Clock
  readonly log: Log
  readonly stopping: AbortSignal
}

/** Puts every route of the table under its address. Nothing is read of a request before its token has been looked at. */
export function bindRoutes(app: Hono<Env>, handlers: Handlers, parts: BindParts): void {
  for (const [name, route] of Object.entries<Route>(routes)) {
    mustSayWho(name, route)
    const handler = handlers[name as RouteName] as AnyHandler
    app.on(route.method, `${apiPrefix}${route.path}`, (context) => serve(context, { ...parts, route, handler }))
  }
}

/** Denied by default: without a word about who may, the server does not start. */
export function mustSayWho(name: string, { scope }: Partial<Route>): void {
  if (scope === undefined || !['anyone', ...Object.keys(rankOfScope)].includes(scope)) {
    throw new Fault('internal.bug', { details: { what: `the route ${name} does not say who may use it` } })
  }
}

interface Serving extends BindParts {
  readonly route: Route
  readonly handler: AnyHandler
}

async function serve(context: Context<Env>, serving: Serving): Promise<Response> {
  const { route, handler, stopping } = serving
  const { principal, params, where } = admitted(context, serving)
  const asked = { params, ...(await restOf(context, serving)) }
  const { signal } = context.req.raw
  const lastEventId = context.req.header('last-event-id') ?? null
  const caller = { by: principal.name, principal, signal: AbortSignal.any([signal, stopping]), lastEventId }
  context.header('cache-control', 'no-store')
  if (route.kind === 'json') return context.json(await handler(asked, caller))
  return stream(context, serving, { principal, where, start: (own) => handler(asked, { ...caller, signal: own }) })
}

interface Admitted {
  readonly principal: Principal
  readonly where: Where
}

/** First who asks; then the rest. */
function admitted(context: Context<Env>, { route, gatekeeper, store }: Serving): Admitted & Pick<AnyAsked, 'params'> {
  const isKnown = route.scope !== 'anyone'
  const principal = isKnown ? gatekeeper.admit(context.req.header('authorization') ?? null) : nobody
  return { principal, ...admittedTo(route, context.req.param(), { store, principal }) }
}

interface Streaming extends Admitted {
  readonly start: (signal: AbortSignal) => unknown
}

function stream(context: Context<Env>, serving: Serving, { principal, where, start }: Streaming): Response {
  const { route, gatekeeper, openStreams, clock, log, stopping } = serving
  const isStillAdmitted = () => route.scope === 'anyone' || gatekeeper.isStillAdmitted(principal, route.scope, where)
  const events = (signal: AbortSignal) => start(signal) as AsyncIterable<Sent<unknown>>
  return eventResponse(context, events, { isStillAdmitted, openStreams, clock, log, stopping })
}

async function restOf(context: Context<Env>, { route, clock }: Serving): Promise<Omit<AnyAsked, 'params'>> {
  return {
    query: checked('query', route.query, route.query && queryOf(context)),
    body: checked('body', route.body, route.body && ((await jsonOf(context.req.raw, { clock })) ?? {})),
  }
}

/** A parameter given twice could mean one thing to us and another to somebody in between. */
function queryOf(context: Context<Env>): Readonly<Record<string, string>> {
  const entries = Object.entries(context.req.queries())
  const twice = entries.find(([, values]) => values.length > 1)
  if (twice !== undefined) throw invalid(`query: ${twice[0]} is given twice`)
  return Object.fromEntries(entries.map(([key, values]) => [key, values[0] ?? '']))
}
