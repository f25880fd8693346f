import type { Answer, Question, Route } from '../../api/route.ts'
import { type RouteName, type Routes, routes } from '../../api/routes.ts'
import type { Ask, Asking, Spot } from '../../dashboard/page.ts'
import type { Where } from '../../domain/role.ts'
import { whyNotPermitted } from '../../engine/permissions.ts'
import type { Store } from '../../store/store.ts'
import { type AnyAsked, type AnyHandler, admittedTo, checked } from '../ask.ts'
import { everywhere, type Principal, reaches } from '../auth.ts'
import { placeOf } from '../where.ts'
import type { DashboardParts } from './parts.ts'

type Parts = Pick<DashboardParts, 'store' | 'handlers'>

/** Puts a page's questions to the API as somebody: what they may not see or do there, they may not here. */
export function askAs(principal: Principal, { store, handlers }: Parts, signal: AbortSignal): Ask {
  return async <N extends RouteName>(name: N, question: Question<Routes[N]>) => {
    const { asked } = posed(name, question as Given, { store, principal })
    const caller = { by: principal.name, principal, signal, lastEventId: null }
    return (await (handlers[name] as AnyHandler)(asked, caller)) as Answer<Routes[N]>
  }
}

interface Given {
  readonly params?: Readonly<Record<string, string>>
  readonly query?: unknown
  readonly body?: unknown
}

/** A question as the route's handler gets it, once whoever asks may; with the place it is about. */
export function posed(
  name: RouteName,
  { params = {}, query = {}, body = {} }: Given,
  as: { readonly store: Store; readonly principal: Principal },
): { readonly asked: AnyAsked; readonly where: Where } {
  const route: Route = routes[name]
  const admitted = admittedTo(route, params, as)
  const rest = { query: checked('query', route.query, query), body: checked('body', route.body, body) }
  return { asked: { params: admitted.params, ...rest }, where: admitted.where }
}

/** What they may do and see; and who may, where the environment names them and they are not among them. */
export function mayAs(principal: Principal, store: Store): Pick<Asking, 'may' | 'onlyFor' | 'maySee'> {
  const denied = (name: RouteName, { project, environment, to = environment }: Spot) => {
    const { permission }: Route = routes[name]
    if (permission === undefined || project === undefined || to === undefined) return null
    return whyNotPermitted(store, permission, { project, environment: to, by: principal.name })
  }
  const isReached = (name: RouteName, { project, environment }: Spot) => {
    const { scope }: Route = routes[name]
    const where = { ...everywhere, project: project ?? null, environment: environment ?? null }
    return scope === 'anyone' || reaches(principal, scope, where)
  }
  return {
    may: (name, spot = {}) => isReached(name, spot) && denied(name, spot) === null,
    onlyFor: (name, spot) => {
      const fault = isReached(name, spot) ? denied(name, spot) : null
      return fault?.code === 'permission.denied' ? String(fault.details.who) : null
    },
    maySee: (id) => {
      const where = placeOf(store, id)
      return where !== null && reaches(principal, 'read', where)
    },
  }
}
