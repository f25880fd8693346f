import type { Context, Hono } from 'hono'
import { getCookie } from 'hono/cookie'
import { doneSentence } from '../../dashboard/afterwards.ts'
import { faultPage } from '../../dashboard/fault-page.ts'
import { framed } from '../../dashboard/frame.ts'
import type { Page, Shown } from '../../dashboard/page.ts'
import { pages } from '../../dashboard/pages.ts'
import type { Fault } from '../../lib/fault.ts'
import { gzipped } from '../../system/compress.ts'
import type { Principal } from '../auth.ts'
import { projectsAsked } from '../auth.ts'
import type { Env } from '../env.ts'
import { cameFrom } from '../own-path.ts'
import { statusOf } from '../respond.ts'
import { askAs, mayAs } from './asking.ts'
import type { DashboardParts } from './parts.ts'

/** Every page of the table, for whoever is signed in. */
export function servePages(app: Hono<Env>, parts: DashboardParts): void {
  for (const page of pages) app.get(page.path, (context) => serve(context, parts, page))
}

/** Where a browser goes whose person is not known. */
export function signInFirst(context: Context<Env>): Response {
  const { pathname, search } = new URL(context.req.url)
  const back = context.req.method === 'GET' ? `${pathname}${search}` : '/'
  return context.redirect(back === '/' ? '/login' : `/login?back=${encodeURIComponent(back)}`, 303)
}

async function serve(context: Context<Env>, parts: DashboardParts, page: Page): Promise<Response> {
  const principal = parts.viewers.of(context)
  if (principal === null) return signInFirst(context)
  // Before anything is read: what is recorded meanwhile makes the page be read again.
  const { seq } = parts.store.facts.head()
  const shown = await page.show(askingOf(context, parts, principal))
  return await pageResponse(context, { ...parts, principal, seq }, shown)
}

function askingOf(context: Context<Env>, parts: DashboardParts, principal: Principal) {
  const url = new URL(context.req.url)
  url.searchParams.delete('done')
  return {
    ask: askAs(principal, parts, context.req.raw.signal),
    ...mayAs(principal, parts.store),
    params: context.req.param(),
    query: Object.fromEntries(url.searchParams),
    now: parts.now(),
    mustConfirm: principal.session?.isConfirmed === false,
    viewer: principal.name,
    here: `${url.pathname}${url.search}`,
    baseUrl: parts.baseUrl,
  }
}

interface Showing extends DashboardParts {
  readonly principal: Principal | null
  /** Left out: as the journal is now. */
  readonly seq?: number
  readonly status?: ReturnType<typeof statusOf>
}

/** A page in its frame. */
export async function pageResponse(context: Context<Env>, showing: Showing, shown: Shown): Promise<Response> {
  const { principal, store, assets, seq = store.facts.head().seq, status = 200 } = showing
  const frame = {
    assets: assets.prefix,
    theme: themeOf(getCookie(context, 'theme')),
    viewer: principal?.name ?? null,
    waiting: principal === null ? null : store.deployments.waitingCount(projectsAsked(principal, undefined)),
    seq,
    done: doneSentence(context.req.query('done')),
  }
  context.header('cache-control', 'no-store')
  const text = String(await framed(shown, frame))
  if (!/\bgzip\b/.test(context.req.header('accept-encoding') ?? '')) return context.html(text, status)
  context.header('content-encoding', 'gzip')
  context.header('content-type', 'text/html; charset=utf-8')
  return context.body(await gzipped(text), status)
}

function themeOf(value: string | undefined): 'light' | 'dark' | null {
  return value === 'light' || value === 'dark' ? value : null
}

/** What went wrong, as a page; for whoever is not known only where that is all right to say. */
export async function faultResponse(context: Context<Env>, parts: DashboardParts, fault: Fault): Promise<Response> {
  const principal = parts.viewers.of(context)
  const back = context.req.method === 'GET' ? '/' : cameFrom(context.req.header('referer'), parts.baseUrl)
  const shown = faultPage(fault, { back, requestId: context.get('requestId') })
  return await pageResponse(context, { ...parts, principal, status: statusOf(fault) }, shown)
}
