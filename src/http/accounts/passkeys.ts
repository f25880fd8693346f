import type { AuthenticationResponseJSON, RegistrationResponseJSON } from '@simplewebauthn/server'
import { canHavePasskeys } from '../../api/addresses.ts'
import { Fault } from '../../lib/fault.ts'
import { sha256 } from '../../lib/hash.ts'
import type { Passkey } from '../../store/passkeys.ts'
import type { Store } from '../../store/store.ts'
import { type Doing, record } from './accounts.ts'
import { challengeMs, newChallenge, takeChallenge } from './challenges.ts'

export interface PasskeyParts {
  readonly store: Store
  readonly now: () => number
  /** Where people reach this server, as configured: a passkey is good for this name alone. */
  readonly baseUrl: string
}

const MOST = 20

/** Loaded when somebody first uses it: it takes more memory than the rest of signing in together. */
const library = () => import('@simplewebauthn/server')

/** Who adds a passkey: an account, in one session. */
export interface Adding {
  readonly account: string
  readonly session: number
}

/** What a browser is to ask its authenticator for, to make one. Fault `passkey.not_here`. */
export async function askForNew({ store, now, baseUrl }: PasskeyParts, { account, session }: Adding) {
  if (!canHavePasskeys(baseUrl)) throw new Fault('passkey.not_here', { details: { url: baseUrl } })
  const { generateRegistrationOptions } = await library()
  return await generateRegistrationOptions({
    ...{ rpName: 'Signalbox', rpID: new URL(baseUrl).hostname, userName: account, userDisplayName: account },
    userID: bytes(handleOf(account)),
    challenge: bytes(newChallenge(store, 'passkey.add', { session }, now())),
    timeout: challengeMs,
    attestationType: 'none',
    excludeCredentials: store.passkeys.of(account).map(({ credential }) => ({ id: credential })),
    authenticatorSelection: { residentKey: 'required', userVerification: 'required' },
  })
}

export interface NewPasskey {
  readonly name: string
  readonly response: RegistrationResponseJSON
}

/** Faults `passkey.refused`, `passkey.exists`, `passkey.too_many`. */
export async function addPasskey(parts: PasskeyParts, adding: Adding, wanted: NewPasskey): Promise<void> {
  const { store, now } = parts
  const { account, session } = adding
  const isAsked = (data: unknown) => (data as { session: number }).session === session
  const { verifyRegistrationResponse } = await library()
  const { registrationInfo } = await verified(() =>
    verifyRegistrationResponse({ response: wanted.response, ...expected(parts, 'passkey.add', isAsked) }),
  )
  const { id: credential, publicKey, counter } = registrationInfo?.credential ?? refuse()
  store.db.transaction(() => {
    if (store.passkeys.byCredential(credential) !== null) throw new Fault('passkey.exists')
    if (store.passkeys.of(account).length >= MOST) throw new Fault('passkey.too_many', { details: { most: MOST } })
    const key = { credential, account, name: wanted.name, publicKey: text(publicKey), counter, createdAt: now() }
    const passkey = store.passkeys.add(key)
    const data = { passkey, called: wanted.name }
    record(store, 'account.passkey_added', { name: account, data }, { by: account, at: now() })
  })
}

/** What a browser is to ask its authenticator for, to show one: whichever it has for this server. */
export async function askForOne({ store, now, baseUrl }: PasskeyParts) {
  const { generateAuthenticationOptions } = await library()
  return await generateAuthenticationOptions({
    rpID: new URL(baseUrl).hostname,
    challenge: bytes(newChallenge(store, 'passkey.show', null, now())),
    timeout: challengeMs,
    userVerification: 'required',
  })
}

/** The account whose passkey it is. Fault `passkey.refused`, whatever was wrong with it. */
export async function mustShowPasskey(parts: PasskeyParts, response: AuthenticationResponseJSON): Promise<string> {
  const { store, now } = parts
  const passkey = store.passkeys.byCredential(response.id) ?? refuse()
  const account = store.accounts.get(passkey.account)
  if (account === null || account.disabledAt !== null) refuse()
  if (response.response.userHandle !== handleOf(passkey.account)) refuse()
  const credential = { id: passkey.credential, publicKey: bytes(passkey.publicKey), counter: passkey.counter }
  const { verifyAuthenticationResponse } = await library()
  const { authenticationInfo } = await verified(() =>
    verifyAuthenticationResponse({ response, credential, ...expected(parts, 'passkey.show') }),
  )
  if (!store.passkeys.used(passkey.id, authenticationInfo.newCounter, now())) refuse()
  return passkey.account
}

/** Fault `passkey.unknown`. */
export function renamePasskey(store: Store, id: number, name: string, { by, at }: Doing): Passkey {
  return store.db.transaction(() => {
    const before = findPasskey(store, id, by)
    store.passkeys.rename(id, name)
    const data = { passkey: id, called: name, before: before.name }
    record(store, 'account.passkey_renamed', { name: by, data }, { by, at })
    return findPasskey(store, id, by)
  })
}

/** Fault `passkey.unknown`. */
export function removePasskey(store: Store, id: number, { by, at }: Doing): Passkey {
  return store.db.transaction(() => {
    const passkey = findPasskey(store, id, by)
    store.passkeys.remove(id)
    record(store, 'account.passkey_removed', { name: by, data: { passkey: id, called: passkey.name } }, { by, at })
    return passkey
  })
}

function findPasskey(store: Store, id: number, account: string): Passkey {
  const passkey = store.passkeys.of(account).find((each) => each.id === id)
  if (passkey === undefined) throw new Fault('passkey.unknown', { details: { passkey: id } })
  return passkey
}

/** The answer to one of our challenges, from our own page, by somebody whom the authenticator asked who they are. */
function expected({ store, now, baseUrl }: PasskeyParts, kind: string, isAsked = (_: unknown) => true) {
  const { origin, hostname } = new URL(baseUrl)
  return {
    expectedOrigin: origin,
    expectedRPID: hostname,
    expectedChallenge: (value: string) => {
      const challenge = takeChallenge(store, kind, value, now())
      return challenge !== null && isAsked(challenge.data)
    },
    requireUserVerification: true,
  }
}

async function verified<T extends { readonly verified: boolean }>(verify: () => Promise<T>): Promise<T> {
  const result = await verify().catch((cause) => refuse(cause))
  return result.verified ? result : refuse()
}

function refuse(cause?: unknown): never {
  throw new Fault('passkey.refused', { cause })
}

/** Stands for the account in authenticators, and tells nobody who it is. */
function handleOf(account: string): string {
  return Buffer.from(sha256(`passkeys of ${account}`), 'hex').toString('base64url')
}

function bytes(base64url: string): Uint8Array<ArrayBuffer> {
  return new Uint8Array(Buffer.from(base64url, 'base64url'))
}

function text(binary: Uint8Array): string {
  return Buffer.from(binary).toString('base64url')
}
