import { fileURLToPath } from 'node:url'
import type { AuthenticationResponseJSON, RegistrationResponseJSON } from '@simplewebauthn/server'
import type { Context, Hono } from 'hono'
import { bodyLimit } from 'hono/body-limit'
import { html } from 'hono/html'
import { z } from 'zod'
import { passkeyName } from '../api/routes/passkeys.ts'
import { Fault } from '../lib/fault.ts'
import type { Passkey } from '../store/passkeys.ts'
import { readText } from '../system/files.ts'
import {
  type Adding,
  addPasskey,
  askForNew,
  askForOne,
  hasPasskeys,
  mustShowPasskey,
  type PasskeyParts,
  removePasskey,
} from './accounts/passkeys.ts'
import { startSession } from './accounts/sessions.ts'
import { confirmed } from './confirming.ts'
import type { Env } from './env.ts'
import { page } from './page.ts'
import { browserOf, type Viewers } from './viewers.ts'

const mostBytes = 64 * 1024
const small = bodyLimit({ maxSize: mostBytes, onError: tooLarge })

function tooLarge(): never {
  throw new Fault('request.too_large', { details: { limitBytes: mostBytes } })
}

/** Signing in with a passkey, and one's own page of them. */
export function servePasskeys(app: Hono<Env>, parts: PasskeyParts, viewers: Viewers): void {
  const { store, now } = parts
  serveScript(app)
  app.post('/passkey/challenge', async (context) => context.json(await askForOne(parts)))
  app.post('/login/passkey', small, async (context) => {
    const account = await mustShowPasskey(parts, shownIn(await fieldsOf(context)))
    viewers.enter(context, startSession(store, account, browserOf(context), now()))
    return context.redirect('/', 303)
  })
  app.get('/me/passkeys', (context) => {
    const viewer = viewers.of(context)
    if (viewer === null) return context.redirect('/login', 303)
    context.header('cache-control', 'no-store')
    return context.html(passkeysPage(store.passkeys.of(viewer.name), hasPasskeys(parts.baseUrl)))
  })
  app.post('/me/passkeys/challenge', async (context) => context.json(await askForNew(parts, adding(viewers, context))))
  app.post('/me/passkeys', small, async (context) => {
    await addPasskey(parts, adding(viewers, context), newIn(await fieldsOf(context)))
    return context.redirect('/me/passkeys', 303)
  })
  app.post('/me/passkeys/:passkey{[0-9]+}/remove', (context) => {
    const { account: by } = adding(viewers, context)
    removePasskey(store, Number(context.req.param('passkey')), { by, at: now() })
    return context.redirect('/me/passkeys', 303)
  })
}

/** Faults `sign_in.first`, `sign_in.confirm`. */
function adding(viewers: Viewers, context: Context<Env>): Adding {
  const { name: account, session } = confirmed(viewers.of(context))
  return { account, session }
}

type Content = ReturnType<typeof html>

const base64url = z.string().regex(/^[\w-]{1,20000}$/)
const credential = z.object({ id: base64url, rawId: base64url, type: z.literal('public-key') })
const shown = credential.extend({
  response: z.object({
    clientDataJSON: base64url,
    authenticatorData: base64url,
    signature: base64url,
    userHandle: base64url,
  }),
})
const made = credential.extend({ response: z.object({ clientDataJSON: base64url, attestationObject: base64url }) })

type Fields = Readonly<Record<string, unknown>>

async function fieldsOf(context: Context<Env>): Promise<Fields> {
  return await context.req.parseBody()
}

export function shownIn({ response }: Fields): AuthenticationResponseJSON {
  return { ...readAs(shown, response), clientExtensionResults: {} }
}

function newIn({ name, response }: Fields): { name: string; response: RegistrationResponseJSON } {
  const called = passkeyName.safeParse(name)
  if (!called.success)
    throw new Fault('request.invalid', { details: { problem: `name: ${called.error.issues[0]?.message}` } })
  return { name: called.data, response: { ...readAs(made, response), clientExtensionResults: {} } }
}

/** Fault `passkey.refused`. */
function readAs<T>(schema: z.ZodType<T>, text: unknown): T {
  try {
    return schema.parse(JSON.parse(String(text)))
  } catch (cause) {
    throw new Fault('passkey.refused', { cause })
  }
}

function serveScript(app: Hono<Env>): void {
  const path = fileURLToPath(new URL('assets/passkeys.js', import.meta.url))
  app.get('/assets/passkeys.js', async (context) => {
    context.header('content-type', 'text/javascript; charset=utf-8')
    return context.body((await readText(path, mostBytes)) ?? '')
  })
}

/** For pages on which people show who they are. Nothing where no browser would have any. */
export function passkeyForm(baseUrl: string, action: string, more: Content = html``) {
  if (!hasPasskeys(baseUrl)) return ''
  return html`<form method="post" action="${action}" data-passkey="show" data-challenge="/passkey/challenge" hidden>
<input type="hidden" name="response">
${more}
<p><button>Sign in with a passkey</button> <span role="status"></span></p>
</form>
<script type="module" src="/assets/passkeys.js"></script>`
}

function passkeysPage(passkeys: readonly Passkey[], isPossible: boolean) {
  const rows = passkeys.map(
    ({ id, name }) =>
      html`<li><form method="post" action="/me/passkeys/${id}/remove">${name} <button>Remove</button></form></li>`,
  )
  return page(
    'Passkeys',
    html`<p>With a passkey you sign in by the finger, face or PIN that your device asks for, without a password.</p>
${rows.length === 0 ? html`<p>You have none.</p>` : html`<ul>${rows}</ul>`}
${isPossible ? addForm : html`<p>This server has to be reached by https and a name before browsers make passkeys for it.</p>`}`,
  )
}

const addForm = html`<form method="post" action="/me/passkeys" data-passkey="make" data-challenge="/me/passkeys/challenge" hidden>
<input type="hidden" name="response">
<p><label>Name, such as the device<br><input type="text" name="name" maxlength="60" required></label></p>
<p><button>Add a passkey</button> <span role="status"></span></p>
</form>
<script type="module" src="/assets/passkeys.js"></script>`
