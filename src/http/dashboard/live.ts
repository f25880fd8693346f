import type { Context, Hono } from 'hono'
import type { Store } from '../../store/store.ts'
import { type Principal, projectsAsked } from '../auth.ts'
import type { Env } from '../env.ts'
import type { Sent } from '../handlers.ts'
import { eventResponse } from '../stream.ts'
import { Newest } from './newest.ts'
import { signInFirst } from './pages.ts'
import type { DashboardParts } from './parts.ts'

interface Watching {
  /** The newest fact that the page knew of. */
  readonly after: number
  /** Null: all. */
  readonly projects: readonly string[] | null
}

/** Tells a page when something new is recorded about what it shows. */
export function serveLive(app: Hono<Env>, parts: DashboardParts): void {
  const newest = new Newest(parts.store)
  app.get('/live', (context) => {
    const principal = parts.viewers.of(context)
    if (principal === null) return signInFirst(context)
    const seenBy = (viewer: Principal) => seenOf(parts.store, viewer, context.req.query('projects'))
    const projects = seenBy(principal)
    // Whoever may see more or less by now comes back, and is heard anew.
    const isStillAdmitted = () => {
      const viewer = parts.viewers.of(context)
      return viewer !== null && JSON.stringify(seenBy(viewer)) === JSON.stringify(projects)
    }
    const start = (signal: AbortSignal) => changes(parts, newest, { after: afterOf(context), projects, signal })
    return eventResponse(context, start, { ...parts, isStillAdmitted })
  })
}

async function* changes(
  { feed }: DashboardParts,
  newest: Newest,
  { after, projects, signal }: Watching & { readonly signal: AbortSignal },
): AsyncGenerator<Sent<{ readonly seq: number }>> {
  for (let seen = after; !signal.aborted; ) {
    const seq = newest.of(projects)
    if (seq > seen) {
      seen = seq
      yield { id: String(seq), data: { seq } }
    }
    await feed.next(signal).catch(() => {}) // Aborted: the loop ends.
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
