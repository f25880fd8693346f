import type { Context, Hono } from 'hono'
import { canHavePasskeys } from '../api/addresses.ts'
import type { Shown } from '../dashboard/page.ts'
import { joinPage, loginPage, notInvitedPage } from '../dashboard/pages/sign-in.ts'
import { Fault } from '../lib/fault.ts'
import type { LogFields } from '../lib/log.ts'
import type { Store } from '../store/store.ts'
import { accept, findInvitation } from './accounts/invitations.ts'
import { shortest } from './accounts/password-rules.ts'
import { mustKnowPassword } from './accounts/sign-in.ts'
import { serveConfirm } from './confirm-pages.ts'
import { pageResponse } from './dashboard/pages.ts'
import type { DashboardParts } from './dashboard/parts.ts'
import { enter, leave } from './entering.ts'
import type { Env } from './env.ts'
import { formUpTo } from './form-limit.ts'
import { ownPath } from './own-path.ts'
import { servePasskeys } from './passkey-pages.ts'
import { serveProviders } from './provider-pages.ts'
import { logFailure, statusOf } from './respond.ts'
import { browserOf } from './viewers.ts'

const mostBytes = 8 * 1024

/** Where a person sets the password of their invitation, signs in and signs out. They work without scripts. */
export function serveSignIn(app: Hono<Env>, parts: DashboardParts): void {
  const { store, now, viewers, baseUrl } = parts
  const providers = parts.providers.list
  const passkeys = canHavePasskeys(baseUrl)
  const small = formUpTo(mostBytes)
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
        enter(context, parts, account)
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
    const work = async () => {
      await mustKnowPassword(store, words, browserOf(context).address, now)
      enter(context, parts, words.name)
      return context.redirect(words.back, 303)
    }
    return await answered(context, form, work, triedAs(words.name, store))
  })
  servePasskeys(app, parts)
  serveProviders(app, parts)
  serveConfirm(app, parts)
  app.post('/logout', (context) => {
    leave(context, parts)
    viewers.leave(context)
    return context.redirect('/login', 303)
  })
}

type Form = (problem: Fault) => Shown

/** What a person got wrong stands above the form, which they can fill in again. */
function answering(parts: DashboardParts) {
  return async (
    context: Context<Env>,
    form: Form,
    work: () => Response | Promise<Response>,
    who: LogFields = {},
  ): Promise<Response> => {
    context.header('cache-control', 'no-store')
    try {
      return await work()
    } catch (error) {
      if (!(error instanceof Fault)) throw error
      logFailure(error, context, parts.log, who)
      return await pageResponse(context, { ...parts, principal: null, status: statusOf(error) }, form(error))
    }
  }
}

/** What was tried is told of accounts that are there: what nobody is called may be a password in the wrong field. */
function triedAs(name: string, { accounts }: Store): LogFields {
  return accounts.get(name) === null ? {} : { account: name }
}

async function wordsOf(context: Context<Env>) {
  const { name, password, back } = await context.req.parseBody()
  const text = (value: unknown) => (typeof value === 'string' ? value : '')
  return { name: text(name), password: text(password), back: ownPath(back) }
}
