import type { Context, Hono } from 'hono'
import type { Fault } from '../../lib/fault.ts'
import type { Env } from '../env.ts'
import { serveSignIn } from '../sign-in-pages.ts'
import { serveActs } from './act.ts'
import { serveExport } from './export.ts'
import { serveFollowing } from './follow.ts'
import { serveLive } from './live.ts'
import { faultResponse, servePages } from './pages.ts'
import type { DashboardParts } from './parts.ts'

/** What people see in a browser. */
export interface Site {
  serve(app: Hono<Env>): void
  /** What went wrong, as a page. */
  fault(context: Context<Env>, fault: Fault): Promise<Response>
}

/** Signing in, the pages, what they load, what their forms do, and what keeps them live. */
export function siteOf(parts: DashboardParts): Site {
  return {
    serve(app) {
      serveSignIn(app, parts)
      parts.assets.serve(app)
      serveLive(app, parts)
      serveFollowing(app, parts)
      serveExport(app, parts)
      servePages(app, parts)
      serveActs(app, parts)
    },
    fault: (context, fault) => faultResponse(context, parts, fault),
  }
}
