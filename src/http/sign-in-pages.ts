import type { Context, Hono } from 'hono'
import { bodyLimit } from 'hono/body-limit'
import { canHavePasskeys } from '../api/addresses.ts'
import type { Shown } from '../dashboard/page.ts'
import { joinPage, loginPage, notInvitedPage } from '../dashboard/pages/sign-in.ts'
import { Fault } from '../lib/fault.ts'
import { accept, findInvitation } from './accounts/invitations.ts'
import { shortest } from './accounts/password-rules.ts'
import { endSession, startSession } from './accounts/sessions.ts'
import { signIn } from './accounts/sign-in.ts'
import { serveConfirm } from './confirm-pages.ts'
import { pageResponse } from './dashboard/pages.ts'
import type { DashboardParts } from './dashboard/parts.ts'
import type { Env } from './env.ts'
import { ownPath } from './own-path.ts'
import { servePasskeys } from './passkey-pages.ts'
import { serveProviders } from './provider-pages.ts'
import { statusOf } from './respond.ts'
import { browserOf } from './viewers.ts'

const mostBytes = 8 * 1024

/** Where a person sets the password of their invitation, signs in and signs out. They work without scripts. */
export function serveSignIn(app: Hono<Env>, parts: DashboardParts): void {
  const { store, now, viewers, baseUrl } = parts
  const providers = parts.providers.list
  const passkeys = canHavePasskeys(baseUrl)
  const small = bodyLimit({ maxSize: mostBytes, onError: tooLarge })
  const invited = (secret: string) => findInvitation(store, secret, now()).account
  const show = (context: Context<Env>, shown: Shown) => pageResponse(context, { ...parts, principal: null }, shown)
  const answered = answering(parts)
  app.get('/join/:secret', (context) =>
    answered(context, notInvitedPage, () =>
      show(
        context,
        joinPage(
          { account: invited(context.req.param('secret')), secret: context.req.param('secret'), shortest, providers },
          null,
        ),
      ),
    ),
  )
  app.post('/join/:secret', small, (context) =>
    answered(context, notInvitedPage, async () => {
      const secret = context.req.param('secret')
      const account = invited(secret)
      const form = (problem: Fault) => joinPage({ account, secret, shortest, providers }, problem)
      return await answered(context, form, async () => {
        await accept(store, secret, (await wordsOf(context)).password, now)
        viewers.enter(context, startSession(store, account, browserOf(context), now()))
        return context.redirect('/', 303)
      })
    }),
  )
  app.get('/login', (context) =>
    show(context, loginPage({ passkeys, providers, back: ownPath(context.req.query('back')) }, null)),
  )
  app.post('/login', small, async (context) => {
    const words = await wordsOf(context)
    const form = (problem: Fault) => loginPage({ passkeys, providers, back: words.back }, problem)
    return await answered(context, form, async () => {
      viewers.enter(context, await signIn(store, words, browserOf(context), now))
      return context.redirect(words.back, 303)
    })
  })
  servePasskeys(app, parts)
  serveProviders(app, parts)
  serveConfirm(app, parts)
  app.post('/logout', (context) => {
    const viewer = viewers.of(context)
    if (viewer?.session)
      endSession(store, { id: viewer.session.id, account: viewer.name }, { by: viewer.name, at: now() })
    viewers.leave(context)
    return context.redirect('/login', 303)
  })
}

function tooLarge(): never {
  throw new Fault('request.too_large', { details: { limitBytes: mostBytes } })
}

type Form = (problem: Fault) => Shown

/** What a person got wrong stands above the form, which they can fill in again. */
function answering(parts: DashboardParts) {
  return async (context: Context<Env>, form: Form, work: () => Response | Promise<Response>): Promise<Response> => {
    context.header('cache-control', 'no-store')
    try {
      return await work()
    } catch (error) {
      if (!(error instanceof Fault)) throw error
      return await pageResponse(context, { ...parts, principal: null, status: statusOf(error) }, form(error))
    }
  }
}

async function wordsOf(context: Context<Env>) {
  const { name, password, back } = await context.req.parseBody()
  const text = (value: unknown) => (typeof value === 'string' ? value : '')
  return { name: text(name), password: text(password), back: ownPath(back) }
}
