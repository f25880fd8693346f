import type { Context, Hono } from 'hono'
import type { Answer, Question } from '../../api/route.ts'
import { type RouteName, type Routes, routes } from '../../api/routes.ts'
import { afterwards, shownOnce } from '../../dashboard/afterwards.ts'
import { Fault } from '../../lib/fault.ts'
import type { Env } from '../env.ts'
import { formUpTo } from '../form-limit.ts'
import { ownPath } from '../own-path.ts'
import { askAs } from './asking.ts'
import { pageResponse, signInFirst } from './pages.ts'
import type { DashboardParts } from './parts.ts'
import { questionOf } from './question.ts'

const mostBytes = 512 * 1024

/** What the API can be asked to change can be asked by a form, as whoever is signed in: `POST /act/ROUTE`. */
export function serveActs(app: Hono<Env>, parts: DashboardParts): void {
  const small = formUpTo(mostBytes)
  app.post('/act/:route', small, (context) => act(context, parts))
}

async function act(context: Context<Env>, parts: DashboardParts): Promise<Response> {
  const principal = parts.viewers.of(context)
  if (principal === null) return signInFirst(context)
  const name = routeOf(context.req.param('route') ?? '')
  const fields = await context.req.parseBody({ all: true })
  const question = questionOf(fields) as unknown as Question<Routes[typeof name]>
  const answer = await askAs(principal, parts, context.req.raw.signal)(name, question)
  const page = shownOnce(name, answer as Answer<Routes[typeof name]>)
  if (page !== null) return await pageResponse(context, { ...parts, principal }, page)
  const back = ownPath(fields.back)
  return context.redirect(withDone(afterwards(name, answer) ?? back, name), 303)
}

/** Only what changes something: everything else is looked at by its page. Fault `route.unknown`. */
function routeOf(name: string): RouteName {
  const route = Object.hasOwn(routes, name) ? routes[name as RouteName] : null
  if (route === null || route.method === 'GET' || route.kind !== 'json') {
    throw new Fault('route.unknown', { details: { method: 'POST', path: `/act/${name.slice(0, 100)}` } })
  }
  return name as RouteName
}

function withDone(path: string, name: RouteName): string {
  const url = new URL(path, 'http://here')
  url.searchParams.set('done', name)
  return `${url.pathname}${url.search}${url.hash}`
}
