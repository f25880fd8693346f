import { heading } from '../frame.ts'
import { type Html, html, nothing } from '../html.ts'
import type { Shown } from '../page.ts'
import { table } from '../parts/table.ts'
import { banner, emptiness } from '../parts/words.ts'

/** What a person got wrong, in the words of the fault. */
export interface Problem {
  readonly message: string
  readonly hint: string
}

export interface Entrance {
  /** Where to go then. */
  readonly back: string
  /** Whether browsers have passkeys for this server. */
  readonly passkeys: boolean
  readonly providers: readonly Provider[]
}

/** Somebody who tells who people are. */
export interface Provider {
  readonly name: string
  readonly title: string
}

export interface Invited {
  readonly account: string
  /** Of their link. */
  readonly secret: string
  readonly shortest: number
  readonly providers: readonly Provider[]
}

export function loginPage({ back, passkeys, providers }: Entrance, problem: Problem | null): Shown {
  return alone(
    'Sign in',
    html`${told(problem)}<form method="post" action="/login"><input type="hidden" name="back" value="${back}">
<label class="field"><span>Name</span><input type="text" name="name" autocomplete="username" autocapitalize="none" required autofocus></label>
<label class="field"><span>Password</span><input type="password" name="password" autocomplete="current-password" required></label>
<button class="main">Sign in</button></form>
${passkeys ? withPasskey(back) : nothing}${providers.map((provider) => withProvider(provider, null))}`,
  )
}

/** Hidden until a script knows that the browser has passkeys. */
function withPasskey(back: string, action = '/login/passkey'): Html {
  return html`<form method="post" action="${action}" data-passkey="show" data-challenge="/passkey/challenge" hidden>
<input type="hidden" name="back" value="${back}"><input type="hidden" name="response">
<button>Sign in with a passkey</button><span role="status"></span></form>`
}

export function joinPage({ account, secret, shortest, providers }: Invited, problem: Problem | null): Shown {
  return alone(
    'Set a password',
    html`${told(problem)}<form method="post">
<p>For the account <strong>${account}</strong>: at least ${shortest} characters, of any kind. Three or four random words are good.</p>
<input type="text" name="name" value="${account}" autocomplete="username" hidden>
<label class="field"><span>Password</span><input type="password" name="password" autocomplete="new-password" minlength="${shortest}" required autofocus></label>
<button class="main">Set it and sign in</button></form>
${providers.map((provider) => withProvider(provider, secret))}`,
  )
}

/** The ways in which somebody who has signed in can show that it is still them. */
export interface Confirming extends Entrance {
  readonly account: string
  readonly password: boolean
}

export function confirmPage(
  { account, back, password, passkeys, providers }: Confirming,
  problem: Problem | null,
): Shown {
  const hidden = html`<input type="hidden" name="back" value="${back}">`
  const byPassword = html`<form method="post" action="/confirm">${hidden}
<input type="text" name="name" value="${account}" autocomplete="username" hidden>
<label class="field"><span>Password</span><input type="password" name="password" autocomplete="current-password" required autofocus></label>
<button class="main">Go on</button></form>`
  return alone(
    'Is it still you?',
    html`${told(problem)}<p>What comes next touches secrets or accounts. Show once more that you are <strong>${account}</strong>; it counts for ten minutes.</p>
${password ? byPassword : nothing}${passkeys ? withPasskey(back, '/confirm/passkey') : nothing}
${providers.map(({ name, title }) => html`<form method="post" action="/confirm/with/${name}">${hidden}<button>Sign in with ${title} again</button></form>`)}`,
  )
}

function withProvider({ name, title }: Provider, invitation: string | null): Html {
  const secret = invitation === null ? nothing : html`<input type="hidden" name="invitation" value="${invitation}">`
  return html`<form method="post" action="/login/with/${name}">${secret}<button>Sign in with ${title}</button></form>`
}

/** On the way to a provider: a form may lead to this server only, and a provider may lead on to others. */
export function goingOnPage(url: string): Shown {
  return alone('Going on', html`<p><a href="${url}">Go on to sign in there</a></p>`)
}

/** An account somebody has with a provider, by which they sign in here. */
export interface Linked {
  readonly id: number
  readonly provider: string
  readonly label: string
}

export function identitiesPage(identities: readonly Linked[], providers: readonly Provider[]): Shown {
  const rows = identities.map(({ id, provider, label }) => [
    provider,
    label,
    html`<form method="post" action="/me/identities/${id}/unlink"><button class="danger">Unlink</button></form>`,
  ])
  const links = providers.map(
    ({ name, title }) =>
      html`<form method="post" action="/me/identities/${name}"><button>Link ${title}</button></form>`,
  )
  const body = html`${heading([{ text: 'You', path: '/me' }], 'Linked providers', html`${links}`)}
<p>Who is linked here signs in by way of that provider.</p>
${rows.length === 0 ? emptiness('None is.') : table('Linked', ['Provider', 'Account there', ''], rows)}`
  return { title: 'Linked providers', mark: null, section: 'me', about: [], body }
}

export function notInvitedPage(problem: Problem): Shown {
  return alone('Set a password', told(problem))
}

function told(problem: Problem | null): Html {
  return problem === null
    ? nothing
    : banner('stop', html`<span><strong>${problem.message}.</strong> ${problem.hint}</span>`)
}

function alone(title: string, content: Html): Shown {
  const body = html`<div class="narrow sheet"><h1>${title}</h1>${content}</div>`
  return { title, mark: null, section: 'me', about: [], body }
}
