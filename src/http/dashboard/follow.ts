import type { Context, Hono } from 'hono'
import type { RouteName } from '../../api/routes.ts'
import type { LogPartView } from '../../api/views.ts'
import { pieces } from '../../dashboard/parts/log.ts'
import type { AnyHandler } from '../ask.ts'
import type { Env } from '../env.ts'
import type { Sent } from '../handlers.ts'
import { eventResponse } from '../stream.ts'
import { posed } from './asking.ts'
import { signInFirst } from './pages.ts'
import type { DashboardParts } from './parts.ts'

/** Logs that grow, as the pages show them: what comes is sent as HTML. */
export function serveFollowing(app: Hono<Env>, parts: DashboardParts): void {
  app.get('/runs/:run/jobs/:job/follow', (context) => follow(context, parts, 'jobs.log.follow'))
  app.get('/one-offs/:oneOff/follow', (context) => follow(context, parts, 'one-offs.log.follow'))
}

function follow(context: Context<Env>, parts: DashboardParts, name: RouteName): Response {
  const principal = parts.viewers.of(context)
  if (principal === null) return signInFirst(context)
  const question = { params: context.req.param(), query: context.req.query() }
  const { asked, where } = posed(name, question, { store: parts.store, principal })
  const lastEventId = context.req.header('last-event-id') ?? null
  const start = (signal: AbortSignal) => {
    const caller = { by: principal.name, principal, signal, lastEventId }
    return asHtml((parts.handlers[name] as AnyHandler)(asked, caller) as AsyncIterable<Sent<LogPartView>>)
  }
  const isStillAdmitted = () => parts.gatekeeper.isStillAdmitted(principal, 'read', where)
  return eventResponse(context, start, { ...parts, isStillAdmitted })
}

async function* asHtml(events: AsyncIterable<Sent<LogPartView>>): AsyncGenerator<Sent<unknown>> {
  for await (const { id, data } of events) {
    const found = pieces(data.lines)
    const shown = found.map(async ({ step, title, lines }) => ({ step, title, html: String(await lines) }))
    yield { id, data: { pieces: await Promise.all(shown) } }
  }
}
