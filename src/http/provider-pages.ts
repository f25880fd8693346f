import type { Context, Hono } from 'hono'
import { deleteCookie, getCookie, setCookie } from 'hono/cookie'
import { goingOnPage, identitiesPage } from '../dashboard/pages/sign-in.ts'
import { Fault } from '../lib/fault.ts'
import { challengeMs } from './accounts/challenges.ts'
import {
  acceptAs,
  accountOf,
  cameBack,
  link,
  type Purpose,
  sendTo,
  unlink,
  waysToConfirm,
} from './accounts/identities.ts'
import { invitationHash } from './accounts/invitations.ts'
import type { Known } from './accounts/providers.ts'
import { confirmSession } from './accounts/sessions.ts'
import { confirmed, inSession } from './confirming.ts'
import { pageResponse, signInFirst } from './dashboard/pages.ts'
import type { DashboardParts } from './dashboard/parts.ts'
import { enter } from './entering.ts'
import type { Env } from './env.ts'
import { ownPath } from './own-path.ts'
import { cookieOptions } from './viewers.ts'

/** Signing in by way of a provider, and one's own page of what is linked. */
export function serveProviders(app: Hono<Env>, parts: DashboardParts): void {
  const { store, now, viewers } = parts
  const go = (context: Context<Env>, purpose: Purpose) => sendOn(context, parts, purpose)
  app.post('/login/with/:provider', async (context) => {
    const { invitation } = await context.req.parseBody()
    if (typeof invitation !== 'string') return await go(context, { to: 'enter' })
    return await go(context, { to: 'join', invitation: invitationHash(store, invitation, now()) })
  })
  app.get('/login/with/:provider/back', async (context) => {
    const { purpose, known } = await returned(context, parts)
    return await arrive(context, parts, purpose, known)
  })
  app.post('/confirm/with/:provider', async (context) => {
    const { name, session } = inSession(viewers.of(context))
    const isWay = waysToConfirm(parts, name).providers.some((each) => each.name === context.req.param('provider'))
    if (!isWay) throw new Fault('identity.unknown')
    const { back } = await context.req.parseBody()
    return await go(context, { to: 'confirm', session, back: ownPath(back) })
  })
  app.get('/me/identities', (context) => {
    const principal = viewers.of(context)
    if (principal === null) return signInFirst(context)
    const shown = identitiesPage(store.identities.of(principal.name), parts.providers.list)
    return pageResponse(context, { ...parts, principal }, shown)
  })
  app.post('/me/identities/:provider', (context) =>
    go(context, { to: 'link', session: confirmed(viewers.of(context)).session }),
  )
  app.post('/me/identities/:identity{[0-9]+}/unlink', (context) => {
    unlink(store, Number(context.req.param('identity')), { by: confirmed(viewers.of(context)).name, at: now() })
    return context.redirect('/me/identities', 303)
  })
}

const cookie = 'signalbox-journey'

/** By a page that goes on by itself: a form may lead to this server only, and a provider may lead on to others. */
async function sendOn(context: Context<Env>, parts: DashboardParts, purpose: Purpose): Promise<Response> {
  const sent = await sendTo(parts, context.req.param('provider') ?? '', purpose)
  setCookie(context, cookie, sent.cookie, { ...cookieOptions(parts.baseUrl), maxAge: challengeMs / 1000 })
  context.header('refresh', `0;url=${sent.url}`)
  return await pageResponse(context, { ...parts, principal: null }, goingOnPage(sent.url))
}

/** The cookie is taken away whatever comes of it. */
async function returned(context: Context<Env>, parts: DashboardParts) {
  const options = cookieOptions(parts.baseUrl)
  const value = getCookie(context, cookie, options.prefix)
  deleteCookie(context, cookie, options)
  context.header('cache-control', 'no-store')
  const { search } = new URL(context.req.url)
  return await cameBack(parts, { provider: context.req.param('provider') ?? '', cookie: value ?? '', search })
}

async function arrive(context: Context<Env>, parts: DashboardParts, purpose: Purpose, known: Known): Promise<Response> {
  const { store, now } = parts
  if (purpose.to === 'link' || purpose.to === 'confirm') return arriveAgain(context, parts, purpose, known)
  const account =
    purpose.to === 'enter' ? accountOf(store, known, now()) : acceptAs(store, purpose.invitation, known, now())
  enter(context, parts, account)
  return context.redirect('/', 303)
}

type Again = Extract<Purpose, { readonly session: number }>

/** In the session in which they were sent there. Faults `sign_in.first`, `provider.lost`, and those of `link` and `accountOf`. */
function arriveAgain(context: Context<Env>, parts: DashboardParts, purpose: Again, known: Known): Response {
  const { store, now, viewers } = parts
  const { name, session } = inSession(viewers.of(context))
  if (session !== purpose.session) throw new Fault('provider.lost')
  if (purpose.to === 'link') {
    link(store, known, { by: name, at: now() })
    return context.redirect('/me/identities', 303)
  }
  if (accountOf(store, known, now()) !== name) throw new Fault('identity.unknown')
  viewers.enter(context, confirmSession(store, { id: session, account: name }, now()))
  return context.redirect(purpose.back, 303)
}
