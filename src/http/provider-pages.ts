import type { Context, Hono } from 'hono'
import { deleteCookie, getCookie, setCookie } from 'hono/cookie'
import { html } from 'hono/html'
import { Fault } from '../lib/fault.ts'
import type { Identity } from '../store/identities.ts'
import { challengeMs } from './accounts/challenges.ts'
import {
  acceptAs,
  accountOf,
  cameBack,
  type IdentityParts,
  link,
  type Purpose,
  sendTo,
  unlink,
  waysToConfirm,
} from './accounts/identities.ts'
import { invitationHash } from './accounts/invitations.ts'
import type { Known, Providers } from './accounts/providers.ts'
import { confirmSession, startSession } from './accounts/sessions.ts'
import { confirmed, inSession } from './confirming.ts'
import type { Env } from './env.ts'
import { ownPath } from './own-path.ts'
import { page } from './page.ts'
import { browserOf, cookieOptions, type Viewers } from './viewers.ts'

export interface ProviderPageParts extends IdentityParts {
  readonly baseUrl: string
}

/** Signing in by way of a provider, and one's own page of what is linked. */
export function serveProviders(app: Hono<Env>, parts: ProviderPageParts, viewers: Viewers): void {
  const { store, now } = parts
  const go = (context: Context<Env>, purpose: Purpose) => sendOn(context, parts, purpose)
  app.post('/login/with/:provider', async (context) => {
    const { invitation } = await context.req.parseBody()
    if (typeof invitation !== 'string') return await go(context, { to: 'enter' })
    return await go(context, { to: 'join', invitation: invitationHash(store, invitation, now()) })
  })
  app.get('/login/with/:provider/back', async (context) => {
    const { purpose, known } = await returned(context, parts)
    return await arrive(context, { ...parts, viewers }, purpose, known)
  })
  app.post('/confirm/with/:provider', async (context) => {
    const { name, session } = inSession(viewers.of(context))
    const isWay = waysToConfirm(parts, name).providers.some((each) => each.name === context.req.param('provider'))
    if (!isWay) throw new Fault('identity.unknown')
    const { back } = await context.req.parseBody()
    return await go(context, { to: 'confirm', session, back: ownPath(back) })
  })
  app.get('/me/identities', (context) => {
    const viewer = viewers.of(context)
    if (viewer === null) return context.redirect('/login', 303)
    context.header('cache-control', 'no-store')
    return context.html(identitiesPage(store.identities.of(viewer.name), parts.providers))
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
async function sendOn(context: Context<Env>, parts: ProviderPageParts, purpose: Purpose): Promise<Response> {
  const sent = await sendTo(parts, context.req.param('provider') ?? '', purpose)
  setCookie(context, cookie, sent.cookie, { ...cookieOptions(parts.baseUrl), maxAge: challengeMs / 1000 })
  context.header('cache-control', 'no-store')
  context.header('refresh', `0;url=${sent.url}`)
  return context.html(page('Going on', html`<p><a href="${sent.url}">Go on to sign in there</a></p>`))
}

/** The cookie is taken away whatever comes of it. */
async function returned(context: Context<Env>, parts: ProviderPageParts) {
  const options = cookieOptions(parts.baseUrl)
  const value = getCookie(context, cookie, options.prefix)
  deleteCookie(context, cookie, options)
  context.header('cache-control', 'no-store')
  const { search } = new URL(context.req.url)
  return await cameBack(parts, { provider: context.req.param('provider') ?? '', cookie: value ?? '', search })
}

type Arriving = ProviderPageParts & { readonly viewers: Viewers }

async function arrive(context: Context<Env>, parts: Arriving, purpose: Purpose, known: Known): Promise<Response> {
  const { store, now, viewers } = parts
  if (purpose.to === 'link' || purpose.to === 'confirm') return arriveAgain(context, parts, purpose, known)
  const account =
    purpose.to === 'enter' ? accountOf(store, known, now()) : acceptAs(store, purpose.invitation, known, now())
  viewers.enter(context, startSession(store, account, browserOf(context), now()))
  return context.redirect('/', 303)
}

type Again = Extract<Purpose, { readonly session: number }>

/** In the session in which they were sent there. Faults `sign_in.first`, `provider.lost`, and those of `link` and `accountOf`. */
function arriveAgain(context: Context<Env>, parts: Arriving, purpose: Again, known: Known): Response {
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

/** For the pages on which people sign in, or follow an invitation. */
export function providerSignIn(providers: Providers, invitation: string | null) {
  const secret = invitation === null ? '' : html`<input type="hidden" name="invitation" value="${invitation}">`
  return providers.list.map(
    ({ name, title }) =>
      html`<form method="post" action="/login/with/${name}">${secret}<p><button>Sign in with ${title}</button></p></form>`,
  )
}

function identitiesPage(identities: readonly Identity[], { list }: Providers) {
  const rows = identities.map(
    ({ id, provider, label }) =>
      html`<li><form method="post" action="/me/identities/${id}/unlink">${provider}: ${label} <button>Unlink</button></form></li>`,
  )
  const links = list.map(
    ({ name, title }) =>
      html`<form method="post" action="/me/identities/${name}"><p><button>Link ${title}</button></p></form>`,
  )
  return page(
    'Linked providers',
    html`<p>Who is linked here signs in by way of that provider.</p>
${rows.length === 0 ? html`<p>None is.</p>` : html`<ul>${rows}</ul>`}
${links}`,
  )
}
