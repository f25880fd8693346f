import type { AuthenticationResponseJSON, RegistrationResponseJSON } from '@simplewebauthn/server'
import type { Context, Hono } from 'hono'
import { z } from 'zod'
import { passkeyName } from '../api/routes/passkeys.ts'
import { Fault } from '../lib/fault.ts'
import { type Adding, addPasskey, askForNew, askForOne, mustShowPasskey } from './accounts/passkeys.ts'
import { confirmed } from './confirming.ts'
import type { DashboardParts } from './dashboard/parts.ts'
import { enter } from './entering.ts'
import type { Env } from './env.ts'
import { formUpTo } from './form-limit.ts'
import { ownPath } from './own-path.ts'
import type { Viewers } from './viewers.ts'

const mostBytes = 64 * 1024
const small = formUpTo(mostBytes)

/** Signing in with a passkey, and making one: what takes an answer of somebody's device. */
export function servePasskeys(app: Hono<Env>, parts: DashboardParts): void {
  const { viewers } = parts
  app.post('/passkey/challenge', async (context) => context.json(await askForOne(parts)))
  app.post('/login/passkey', small, async (context) => {
    const fields = await fieldsOf(context)
    const account = await mustShowPasskey(parts, shownIn(fields))
    enter(context, parts, account)
    return context.redirect(ownPath(fields.back), 303)
  })
  app.post('/me/passkeys/challenge', async (context) => context.json(await askForNew(parts, adding(viewers, context))))
  app.post('/me/passkeys', small, async (context) => {
    await addPasskey(parts, adding(viewers, context), newIn(await fieldsOf(context)))
    return context.redirect('/me', 303)
  })
}

/** Faults `sign_in.first`, `sign_in.confirm`. */
function adding(viewers: Viewers, context: Context<Env>): Adding {
  const { name: account, session } = confirmed(viewers.of(context))
  return { account, session }
}

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
