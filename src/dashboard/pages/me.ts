import { canHavePasskeys } from '../../api/addresses.ts'
import type { PasskeyView, SessionView, TokenView } from '../../api/views.ts'
import { heading } from '../frame.ts'
import { type Html, html } from '../html.ts'
import type { Asking, Page, Shown } from '../page.ts'
import { button, choice, confirmFirst, field, fieldName, form, opening } from '../parts/form.ts'
import { part, table } from '../parts/table.ts'
import { emptiness, when } from '../parts/words.ts'

/** Who one is here: roles, sessions, tokens. */
export const mePage: Page = {
  path: '/me',
  async show(asking) {
    const { ask } = asking
    if (!asking.may('accounts.me')) return noRole(asking)
    const [me, sessions, tokens, keys] = await Promise.all([
      ask('accounts.me', {}),
      ask('sessions.list', {}),
      ask('tokens.list', {}),
      ask('passkeys.list', {}),
    ])
    const places = me.grants.map(({ role, project, environment }) => [
      role,
      project ?? 'everywhere',
      environment ?? 'all',
    ])
    return {
      title: me.name,
      ...{ mark: null, section: 'me', about: [] },
      body: html`${heading([], me.name, html`<a class="button" href="/me/identities">Linked providers</a>${signingOut}`)}
${part('Roles', places.length === 0 ? emptiness('You have no role yet.', 'Ask an admin for one.') : table('Roles', ['Role', 'Project', 'Environment'], places))}
<div class="filters">${changingPassword(asking)}</div>
${part('Passkeys', passkeysTable(asking, keys), makingPasskey(asking))}
${part('Browsers', sessionsTable(asking, sessions))}
${part('Tokens', tokensTable(asking, tokens), makingToken(asking))}`,
    }
  },
}

function changingPassword({ viewer, here }: Asking): Html {
  return opening(
    'Change the password',
    form({ route: 'password.change', back: here }, [
      html`<input type="text" value="${viewer}" autocomplete="username" hidden>`,
      passwordField('The one you have', 'body.old', 'current-password'),
      passwordField('The new one', 'body.wanted', 'new-password'),
      button('Change it', 'main'),
    ]),
  )
}

/** In words that password managers know. */
function passwordField(label: string, name: string, kind: 'current-password' | 'new-password'): Html {
  return html`<label class="field"><span>${label}</span><input type="password" name="${name}" autocomplete="${kind}" required></label>`
}

const signingOut = html`<form method="post" action="/logout"><button>Sign out</button></form>`

/** What somebody sees who may see nothing yet. */
export function noRole({ viewer }: Asking): Shown {
  return {
    title: viewer,
    ...{ mark: null, section: 'me', about: [] },
    body: html`${heading([], viewer, signingOut)}${emptiness('You have no role yet.', 'An admin gives you one; then you see here what you may.')}`,
  }
}

function passkeysTable({ now, here }: Asking, passkeys: readonly PasskeyView[]): Html {
  if (passkeys.length === 0)
    return emptiness(
      'You have no passkey.',
      'With one you sign in by the finger, face or PIN that your device asks for.',
    )
  return table(
    'Passkeys',
    ['Name', 'Made', 'Used', ''],
    passkeys.map(({ id, name, createdAt, usedAt }) => [
      name,
      when(createdAt, now),
      usedAt === null ? 'never' : when(usedAt, now),
      form({ route: 'passkeys.remove', params: { passkey: String(id) }, back: here }, button('Remove', 'danger')),
    ]),
  )
}

/** Hidden until a script knows that the browser has passkeys. */
function makingPasskey({ baseUrl }: Asking): Html {
  if (!canHavePasskeys(baseUrl))
    return html`<span class="quiet">Browsers make them where a server is reached by https and a name.</span>`
  return html`<form method="post" action="/me/passkeys" class="act" data-passkey="make" data-challenge="/me/passkeys/challenge" hidden>
<input type="hidden" name="response">${field({ label: 'Name, such as the device', name: 'name', required: true })}<button class="main">Add a passkey</button><span role="status"></span></form>`
}

function sessionsTable({ now, here }: Asking, sessions: readonly SessionView[]): Html {
  return table(
    'Sessions',
    ['Browser', 'From', 'Since', 'Seen', ''],
    sessions.map(({ id, browser, address, createdAt, seenAt, isThis }) => [
      browser,
      address,
      when(createdAt, now),
      isThis ? html`<span class="chip well">this one</span>` : when(seenAt, now),
      isThis
        ? ''
        : form({ route: 'sessions.end', params: { session: String(id) }, back: here }, button('End', 'danger')),
    ]),
  )
}

function tokensTable({ now, here }: Asking, tokens: readonly TokenView[]): Html {
  const good = tokens.filter(({ revokedAt }) => revokedAt === null)
  if (good.length === 0) return emptiness('No tokens.', 'A program or a terminal shows one in place of a password.')
  return table(
    'Tokens',
    ['Name', 'Account', 'Good for', 'Project', 'Made', 'Used', 'Ends', ''],
    good.map(({ name, account, scope, project, createdAt, usedAt, expiresAt }) => [
      html`<code>${name}</code>`,
      account,
      scope,
      project ?? 'all',
      when(createdAt, now),
      usedAt === null ? 'never' : when(usedAt, now),
      expiresAt === null ? 'never' : when(expiresAt, now),
      form({ route: 'tokens.revoke', params: { token: name }, back: here }, button('Revoke', 'danger')),
    ]),
  )
}

function makingToken(asking: Asking): Html {
  const scopes = [
    ['read', 'reading'],
    ['contribute', 'proposing changes'],
    ['deploy', 'deploying'],
    ['maintain', 'variables and commands'],
    ['admin', 'everything you may'],
  ] as const
  return opening(
    'Make a token',
    form({ route: 'tokens.create', back: asking.here }, [
      confirmFirst(asking),
      field({ label: 'Name', name: 'body.name', required: true, placeholder: 'laptop' }),
      choice('Good for', 'body.scope', scopes),
      field({ label: 'In the project', name: 'body.project', placeholder: 'all you see' }),
      field({
        label: 'For how long',
        name: fieldName('body.forMs', 'span'),
        placeholder: '90d',
        hint: 'left empty: for good',
      }),
      button('Make', 'main'),
    ]),
  )
}
