import type { Context, Hono } from 'hono'
import { bodyLimit } from 'hono/body-limit'
import { html } from 'hono/html'
import { Fault } from '../lib/fault.ts'
import type { Store } from '../store/store.ts'
import { accept, findInvitation } from './accounts/invitations.ts'
import { shortest } from './accounts/password-rules.ts'
import type { Providers } from './accounts/providers.ts'
import { endSession, signedIn, startSession } from './accounts/sessions.ts'
import { signIn } from './accounts/sign-in.ts'
import type { Env } from './env.ts'
import { page } from './page.ts'
import { passkeyForm } from './passkey-pages.ts'
import { providerSignIn } from './provider-pages.ts'
import { statusOf } from './respond.ts'
import { browserOf, Viewers } from './viewers.ts'

export interface SignInParts {
  readonly store: Store
  readonly now: () => number
  readonly baseUrl: string
  readonly providers: Providers
}

const mostBytes = 8 * 1024

/** Where a person sets the password of their invitation, signs in and signs out. They work without scripts. */
export function serveSignIn(app: Hono<Env>, { store, now, baseUrl, providers }: SignInParts): Viewers {
  const others = html`${passkeyForm(baseUrl, '/login/passkey')}${providerSignIn(providers, null)}`
  const byProvider = (secret: string) => html`${providerSignIn(providers, secret)}`
  const viewers = new Viewers(signedIn(store, now), baseUrl)
  const small = bodyLimit({ maxSize: mostBytes, onError: tooLarge })
  const invited = (secret: string) => findInvitation(store, secret, now()).account
  app.get('/join/:secret', (context) =>
    answered(context, notInvited, () =>
      context.html(joinPage(invited(context.req.param('secret')), null, byProvider(context.req.param('secret')))),
    ),
  )
  app.post('/join/:secret', small, (context) =>
    answered(context, notInvited, async () => {
      const secret = context.req.param('secret')
      const account = invited(secret)
      const form = (problem: Fault) => joinPage(account, problem, byProvider(secret))
      return await answered(context, form, async () => {
        await accept(store, secret, (await wordsOf(context)).password, now)
        viewers.enter(context, startSession(store, account, browserOf(context), now()))
        return context.redirect('/', 303)
      })
    }),
  )
  app.get('/login', (context) => context.html(loginPage(null, others)))
  app.post('/login', small, (context) =>
    answered(
      context,
      (problem) => loginPage(problem, others),
      async () => {
        const value = await signIn(store, await wordsOf(context), browserOf(context), now)
        viewers.enter(context, value)
        return context.redirect('/', 303)
      },
    ),
  )
  app.post('/logout', (context) => {
    const viewer = viewers.of(context)
    if (viewer?.session)
      endSession(store, { id: viewer.session.id, account: viewer.name }, { by: viewer.name, at: now() })
    viewers.leave(context)
    return context.redirect('/', 303)
  })
  return viewers
}

function tooLarge(): never {
  throw new Fault('request.too_large', { details: { limitBytes: mostBytes } })
}

type Content = ReturnType<typeof html>
type Form = (problem: Fault) => ReturnType<typeof page>

/** What a person got wrong stands above the form, which they can fill in again. */
async function answered(
  context: Context<Env>,
  form: Form,
  work: () => Response | Promise<Response>,
): Promise<Response> {
  context.header('cache-control', 'no-store')
  try {
    return await work()
  } catch (error) {
    if (!(error instanceof Fault)) throw error
    return context.html(form(error), statusOf(error))
  }
}

async function wordsOf(context: Context<Env>): Promise<{ readonly name: string; readonly password: string }> {
  const { name, password } = await context.req.parseBody()
  return { name: typeof name === 'string' ? name : '', password: typeof password === 'string' ? password : '' }
}

function notInvited(problem: Fault) {
  return page('Set a password', problemText(problem))
}

function joinPage(account: string, problem: Fault | null, others: Content) {
  return page(
    'Set a password',
    html`${problem === null ? '' : problemText(problem)}
<form method="post">
<p>For the account <strong>${account}</strong>: at least ${shortest} characters, of any kind. Three or four random words are good.</p>
<input type="text" name="name" value="${account}" autocomplete="username" hidden>
<p><label>Password<br><input type="password" name="password" autocomplete="new-password" minlength="${shortest}" required autofocus></label></p>
<p><button>Set it and sign in</button></p>
</form>
${others}`,
  )
}

/** `others` are the ways in besides a password. */
function loginPage(problem: Fault | null, others: Content) {
  return page(
    'Sign in',
    html`${problem === null ? '' : problemText(problem)}
<form method="post" action="/login">
<p><label>Name<br><input type="text" name="name" autocomplete="username" autocapitalize="none" required autofocus></label></p>
<p><label>Password<br><input type="password" name="password" autocomplete="current-password" required></label></p>
<p><button>Sign in</button></p>
</form>
${others}`,
  )
}

function problemText({ message, hint }: Fault) {
  return html`<p role="alert"><strong>${message}.</strong> ${hint}</p>`
}
