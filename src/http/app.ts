import { type Context, Hono } from 'hono'
import { secureHeaders } from 'hono/secure-headers'
import { Fault } from '../lib/fault.ts'
import type { Log } from '../lib/log.ts'
import type { GitServer } from '../sources/source.ts'
import { newId } from '../system/random.ts'
import type { Gatekeeper } from './auth.ts'
import { comeAgain } from './come-again.ts'
import { confirmFirst } from './confirm-pages.ts'
import type { Site } from './dashboard/site.ts'
import type { Env } from './env.ts'
import { serveGit } from './git.ts'
import { mustBeOwn } from './origin.ts'
import { faultOf, respondWith } from './respond.ts'
import { toldPath } from './told-path.ts'
import { wantsPage } from './wants-page.ts'

export interface AppParts {
  readonly git: GitServer
  readonly gatekeeper: Gatekeeper
  readonly log: Log
  /** Where people reach this server, as configured; what a request says of itself is never believed. */
  readonly baseUrl: string
  /** Aborted when the server begins to stop. */
  readonly stopping: AbortSignal
  isProject(name: string): boolean
  /** Adds the routes of the API. */
  readonly api: (app: Hono<Env>) => void
  /** What people see in a browser; null where there are only programs. */
  readonly site: Site | null
}

/** Everything the server answers, as one function from request to response. */
export function httpApp(parts: AppParts): Hono<Env> {
  const { log, baseUrl, stopping } = parts
  const fail = (error: unknown, context: Context<Env>) => failed(error, context, parts)
  const app = new Hono<Env>()
  app.onError(fail)
  app.notFound((context) => {
    const { method, path } = context.req
    return fail(new Fault('route.unknown', { details: { method, path: toldPath(path) } }), context)
  })
  // First, so that what is refused has them too.
  app.use(headersFor(baseUrl))
  app.use(async (context, next) => {
    const requestId = newId('req')
    context.set('requestId', requestId)
    context.header('x-request-id', requestId)
    if (stopping.aborted) return await stopped(context, log)
    mustBeOwn(context.req.raw, baseUrl)
    await next()
  })
  parts.site?.serve(app)
  app.get('/healthz', (context) => context.text('ok\n'))
  serveGit(app, parts)
  parts.api(app)
  return app
}

async function stopped(context: Context<Env>, log: Log): Promise<Response> {
  const fault = new Fault('server.stopping')
  return (await comeAgain(context.req.raw, fault)) ?? respondWith(fault, context, log)
}

/** People at a browser get a page; programs what the API says. */
async function failed(error: unknown, context: Context<Env>, parts: AppParts): Promise<Response> {
  const confirming = confirmFirst(context, error, parts.baseUrl)
  if (confirming !== null) return confirming
  const answer = respondWith(error, context, parts.log)
  const { path, method } = context.req
  const isPage = wantsPage({ path, accept: context.req.header('accept') })
  return (isPage && method !== 'HEAD' && (await parts.site?.fault(context, faultOf(error)))) || answer
}

/** What browsers are told to keep to, with every answer. */
function headersFor(baseUrl: string) {
  return secureHeaders({
    strictTransportSecurity: baseUrl.startsWith('https:') ? 'max-age=31536000; includeSubDomains' : false,
    // `no-referrer` would keep a browser from saying whose form it sends: see `mustBeOwn`.
    referrerPolicy: 'same-origin',
    xFrameOptions: 'DENY',
    contentSecurityPolicy: {
      defaultSrc: ["'none'"],
      objectSrc: ["'none'"],
      scriptSrc: ["'self'"],
      styleSrc: ["'self'"],
      imgSrc: ["'self'"],
      connectSrc: ["'self'"],
      baseUri: ["'none'"],
      formAction: ["'self'"],
      frameAncestors: ["'none'"],
    },
  })
}
