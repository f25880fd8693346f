import type { Context, Hono } from 'hono'
import { canHavePasskeys } from '../api/addresses.ts'
import { confirmPage } from '../dashboard/pages/sign-in.ts'
import { Fault } from '../lib/fault.ts'
import { waysToConfirm } from './accounts/identities.ts'
import { mustShowPasskey } from './accounts/passkeys.ts'
import { confirmSession } from './accounts/sessions.ts'
import { mustKnowPassword } from './accounts/sign-in.ts'
import { type InSession, inSession } from './confirming.ts'
import { pageResponse, signInFirst } from './dashboard/pages.ts'
import type { DashboardParts } from './dashboard/parts.ts'
import type { Env } from './env.ts'
import { formUpTo } from './form-limit.ts'
import { cameFrom, ownPath } from './own-path.ts'
import { shownIn } from './passkey-pages.ts'
import { logFailure, statusOf } from './respond.ts'
import { browserOf } from './viewers.ts'
import { wantsPage } from './wants-page.ts'

const mostBytes = 64 * 1024

/** Where somebody who has signed in shows once more that it is them, before what touches secrets and accounts. */
export function serveConfirm(app: Hono<Env>, parts: DashboardParts): void {
  const { store, now, viewers, baseUrl } = parts
  const small = formUpTo(mostBytes)
  const done = (context: Context<Env>, { session, name }: InSession, back: unknown) => {
    viewers.enter(context, confirmSession(store, { id: session, account: name }, now()))
    return context.redirect(ownPath(back), 303)
  }
  const form = (name: string, back: unknown, problem: Fault | null) => {
    const { password, passkey, providers } = waysToConfirm(parts, name)
    const passkeys = passkey && canHavePasskeys(baseUrl)
    return confirmPage({ account: name, back: ownPath(back), password, passkeys, providers }, problem)
  }
  app.get('/confirm', (context) => {
    const principal = viewers.of(context)
    if (principal === null) return signInFirst(context)
    return pageResponse(context, { ...parts, principal }, form(principal.name, context.req.query('back'), null))
  })
  app.post('/confirm', small, async (context) => {
    const principal = viewers.of(context)
    const own = inSession(principal)
    const { password, back } = await context.req.parseBody()
    try {
      const shown = { name: own.name, password: typeof password === 'string' ? password : '' }
      await mustKnowPassword(store, shown, browserOf(context).address, now)
    } catch (error) {
      if (!(error instanceof Fault)) throw error
      logFailure(error, context, parts.log, { account: own.name })
      const status = statusOf(error)
      return await pageResponse(context, { ...parts, principal, status }, form(own.name, back, error))
    }
    return done(context, own, back)
  })
  app.post('/confirm/passkey', small, async (context) => {
    const own = inSession(viewers.of(context))
    const fields = await context.req.parseBody()
    if ((await mustShowPasskey(parts, shownIn(fields))) !== own.name) throw new Fault('passkey.refused')
    return done(context, own, fields.back)
  })
}

/** Where a browser goes that has asked for something that needs it; null for anything else. */
export function confirmFirst(context: Context<Env>, error: unknown, baseUrl: string): Response | null {
  if (!(error instanceof Fault) || error.code !== 'sign_in.confirm') return null
  if (!wantsPage({ path: context.req.path, accept: context.req.header('accept') })) return null
  const back = cameFrom(context.req.header('referer'), baseUrl)
  return context.redirect(`/confirm?back=${encodeURIComponent(back)}`, 303)
}
