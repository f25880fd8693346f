import type { Context, Hono } from 'hono'
import { bodyLimit } from 'hono/body-limit'
import { html } from 'hono/html'
import { Fault } from '../lib/fault.ts'
import { type IdentityParts, waysToConfirm } from './accounts/identities.ts'
import { mustShowPasskey } from './accounts/passkeys.ts'
import { confirmSession } from './accounts/sessions.ts'
import { mustKnowPassword } from './accounts/sign-in.ts'
import { type InSession, inSession } from './confirming.ts'
import type { Env } from './env.ts'
import { ownPath } from './own-path.ts'
import { page } from './page.ts'
import { passkeyForm, shownIn } from './passkey-pages.ts'
import { statusOf } from './respond.ts'
import { browserOf, type Viewers } from './viewers.ts'

export interface ConfirmParts extends IdentityParts {
  readonly baseUrl: string
}

const mostBytes = 64 * 1024

/** Where somebody who has signed in shows once more that it is them, before what touches secrets and accounts. */
export function serveConfirm(app: Hono<Env>, parts: ConfirmParts, viewers: Viewers): void {
  const { store, now } = parts
  const small = bodyLimit({ maxSize: mostBytes, onError: tooLarge })
  const done = (context: Context<Env>, { session, name }: InSession, back: unknown) => {
    viewers.enter(context, confirmSession(store, { id: session, account: name }, now()))
    return context.redirect(ownPath(back), 303)
  }
  const form = (name: string, back: unknown, problem: Fault | null) =>
    confirmPage(waysToConfirm(parts, name), { name, back: ownPath(back), baseUrl: parts.baseUrl }, problem)
  app.get('/confirm', (context) => {
    const viewer = viewers.of(context)
    if (viewer === null) return context.redirect('/login', 303)
    context.header('cache-control', 'no-store')
    return context.html(form(viewer.name, context.req.query('back'), null))
  })
  app.post('/confirm', small, async (context) => {
    const own = inSession(viewers.of(context))
    const { password, back } = await context.req.parseBody()
    try {
      const shown = { name: own.name, password: typeof password === 'string' ? password : '' }
      await mustKnowPassword(store, shown, browserOf(context).address, now)
    } catch (error) {
      if (!(error instanceof Fault)) throw error
      return context.html(form(own.name, back, error), statusOf(error))
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

function tooLarge(): never {
  throw new Fault('request.too_large', { details: { limitBytes: mostBytes } })
}

/** Where a browser goes that has asked for something that needs it; null for anything else. */
export function confirmFirst(context: Context<Env>, error: unknown, baseUrl: string): Response | null {
  if (!(error instanceof Fault) || error.code !== 'sign_in.confirm') return null
  if (context.req.path.startsWith('/api/') || !(context.req.header('accept') ?? '').includes('text/html')) return null
  const from = URL.parse(context.req.header('referer') ?? '')
  const back = from?.origin === new URL(baseUrl).origin ? from.pathname : '/'
  return context.redirect(`/confirm?back=${encodeURIComponent(back)}`, 303)
}

interface Form {
  readonly name: string
  readonly back: string
  readonly baseUrl: string
}

function confirmPage(ways: ReturnType<typeof waysToConfirm>, { name, back, baseUrl }: Form, problem: Fault | null) {
  const hidden = html`<input type="hidden" name="back" value="${back}">`
  const password = html`<form method="post" action="/confirm">${hidden}
<input type="text" name="name" value="${name}" autocomplete="username" hidden>
<p><label>Password<br><input type="password" name="password" autocomplete="current-password" required autofocus></label></p>
<p><button>Go on</button></p>
</form>`
  const providers = ways.providers.map(
    (each) =>
      html`<form method="post" action="/confirm/with/${each.name}">${hidden}<p><button>Sign in with ${each.title} again</button></p></form>`,
  )
  return page(
    'It is still you?',
    html`${problem === null ? '' : html`<p role="alert"><strong>${problem.message}.</strong> ${problem.hint}</p>`}
<p>What comes next touches secrets or accounts. Show once more that you are <strong>${name}</strong>; it counts for ten minutes.</p>
${ways.password ? password : ''}${ways.passkey ? passkeyForm(baseUrl, '/confirm/passkey', hidden) : ''}${providers}`,
  )
}
