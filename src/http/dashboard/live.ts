import type { Context, Hono } from 'hono'
import type { Store } from '../../store/store.ts'
import { type Principal, projectsAsked } from '../auth.ts'
import type { Env } from '../env.ts'
import type { Sent } from '../handlers.ts'
import type { Newest, Watching } from '../newest.ts'
import { eventResponse } from '../stream.ts'
import { untilChanged } from '../until-changed.ts'
import { signInFirst } from './pages.ts'
import type { DashboardParts } from './parts.ts'

/** Tells a page when something new is recorded about what it shows. */
export function serveLive(app: Hono<Env>, parts: DashboardParts): void {
  app.get('/live', (context) => {
    const principal = parts.viewers.of(context)
    if (principal === null) return signInFirst(context)
    const seenBy = (viewer: Principal) => seenOf(parts.store, viewer, context.req.query('projects'))
    const projects = seenBy(principal)
    // Whoever may see more or less by now comes back, and is heard anew.
    const isStillAdmitted = untilChanged(parts, () => {
      const viewer = parts.viewers.of(context)
      return viewer !== null && JSON.stringify(seenBy(viewer)) === JSON.stringify(projects)
    })
    const start = (signal: AbortSignal) => changes(parts.newest, afterOf(context), { projects, signal })
    return eventResponse(context, start, { ...parts, isStillAdmitted })
  })
}

/** `after`: the newest fact that the page knew of. */
async function* changes(
  newest: Newest,
  after: number,
  watching: Watching,
): AsyncGenerator<Sent<{ readonly seq: number }>> {
  for (let seen = after; !watching.signal.aborted; ) {
    const seq = await newest.beyond(seen, watching)
    if (seq > seen) yield { id: String(seq), data: { seq } }
    seen = Math.max(seen, seq)
  }
}

function afterOf({ req }: Context<Env>): number {
  const told = req.header('last-event-id') ?? req.query('after') ?? ''
  return /^\d{1,15}$/.test(told) ? Number(told) : 0
}

/** Only of projects that there are: what else is named would be looked for again and again. */
function seenOf({ projects }: Store, viewer: Principal, named: string | undefined): readonly string[] | null {
  if (named === undefined) return projectsAsked(viewer, undefined)
  const known = [...new Set(named.split(' '))].filter((name) => projects.get(name) !== null)
  return known.flatMap((name) => projectsAsked(viewer, name) ?? [])
}
