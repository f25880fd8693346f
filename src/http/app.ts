import { Hono } from 'hono'
import { secureHeaders } from 'hono/secure-headers'
import { Fault } from '../lib/fault.ts'
import type { Log } from '../lib/log.ts'
import type { GitServer } from '../sources/source.ts'
import type { Store } from '../store/store.ts'
import { newId } from '../system/random.ts'
import type { Providers } from './accounts/providers.ts'
import type { Gatekeeper } from './auth.ts'
import { confirmFirst, serveConfirm } from './confirm-pages.ts'
import type { Env } from './env.ts'
import { serveGit } from './git.ts'
import { mustBeOwn } from './origin.ts'
import { servePages } from './pages.ts'
import { servePasskeys } from './passkey-pages.ts'
import { serveProviders } from './provider-pages.ts'
import { respondWith } from './respond.ts'
import { serveSignIn } from './sign-in-pages.ts'
import { toldPath } from './told-path.ts'

export interface AppParts {
  readonly git: GitServer
  readonly gatekeeper: Gatekeeper
  readonly log: Log
  /** Where people reach this server, as configured; what a request says of itself is never believed. */
  readonly baseUrl: string
  /** Aborted when the server begins to stop. */
  readonly stopping: AbortSignal
  readonly store: Store
  readonly now: () => number
  readonly providers: Providers
  isProject(name: string): boolean
  /** Adds the routes of the API. */
  readonly api: (app: Hono<Env>) => void
}

/** Everything the server answers, as one function from request to response. */
export function httpApp(parts: AppParts): Hono<Env> {
  const { log, baseUrl, stopping } = parts
  const app = new Hono<Env>()
  app.onError((error, context) => confirmFirst(context, error, baseUrl) ?? respondWith(error, context, log))
  app.notFound((context) => {
    const { method, path } = context.req
    return respondWith(new Fault('route.unknown', { details: { method, path: toldPath(path) } }), context, log)
  })
  app.use(async (context, next) => {
    const requestId = newId('req')
    context.set('requestId', requestId)
    context.header('x-request-id', requestId)
    if (stopping.aborted) return respondWith(new Fault('server.stopping'), context, log)
    mustBeOwn(context.req.raw, baseUrl)
    await next()
  })
  app.use(
    secureHeaders({
      contentSecurityPolicy: {
        defaultSrc: ["'none'"],
        scriptSrc: ["'self'"],
        connectSrc: ["'self'"],
        styleSrc: ["'unsafe-inline'"],
        formAction: ["'self'"],
        frameAncestors: ["'none'"],
      },
    }),
  )
  const viewers = serveSignIn(app, parts)
  servePasskeys(app, parts, viewers)
  serveProviders(app, parts, viewers)
  serveConfirm(app, parts, viewers)
  servePages(app, baseUrl, viewers)
  app.get('/healthz', (context) => context.text('ok\n'))
  serveGit(app, parts)
  parts.api(app)
  return app
}
