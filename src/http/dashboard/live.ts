import type { Context, Hono } from 'hono'
import { everywhere, type Principal, projectsAsked } from '../auth.ts'
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
    const watching = { after: afterOf(context), projects: seenOf(principal, context.req.query('projects')) }
    const isStillAdmitted = () => parts.gatekeeper.isStillAdmitted(principal, 'read', everywhere)
    const start = (signal: AbortSignal) => changes(parts, newest, { ...watching, signal })
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

function seenOf(principal: Principal, named: string | undefined): readonly string[] | null {
  if (named === undefined) return projectsAsked(principal, undefined)
  return named.split(' ').flatMap((name) => projectsAsked(principal, name) ?? [])
}
