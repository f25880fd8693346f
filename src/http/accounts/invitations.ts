import { Fault } from '../../lib/fault.ts'
import type { Invitation } from '../../store/invitations.ts'
import type { Store } from '../../store/store.ts'
import { newToken } from '../../system/random.ts'
import { hashOfToken } from '../auth.ts'
import { type Doing, findAccount, record } from './accounts.ts'
import { hashGoodPassword } from './passwords.ts'

const VALID_MS = 7 * 86_400_000

export interface Link {
  /** Below the server's address. Shown once: whoever has it becomes the account. */
  readonly path: string
  readonly expiresAt: number
}

/** A link with which the person sets a new password; earlier ones are good for nothing. Faults `account.unknown`, `account.is_service`. */
export function invite(store: Store, name: string, { by, at }: Doing): Link {
  const value = newToken()
  const expiresAt = at + VALID_MS
  store.db.transaction(() => {
    const { kind } = findAccount(store, name)
    if (kind === 'service') throw new Fault('account.is_service', { details: { name } })
    store.invitations.add({ account: name, createdAt: at, createdBy: by, expiresAt }, hashOfToken(value))
    record(store, 'account.invited', { name, data: { expiresAt } }, { by, at })
  })
  return { path: `/join/${value}`, expiresAt }
}

/** Fault `invitation.invalid` for a link that was used, is too old, or never was one. */
export function findInvitation(store: Store, value: string, now: number): Invitation {
  return goodInvitation(store, hashOfToken(value), now)
}

/** By which it can be found again, without keeping what whoever has it becomes the account with. Fault `invitation.invalid`. */
export function invitationHash(store: Store, value: string, now: number): string {
  const hash = hashOfToken(value)
  goodInvitation(store, hash, now)
  return hash
}

function goodInvitation(store: Store, hash: string, now: number): Invitation {
  const invitation = store.invitations.byHash(hash)
  if (invitation === null || invitation.usedAt !== null || now >= invitation.expiresAt)
    throw new Fault('invitation.invalid')
  const account = store.accounts.get(invitation.account)
  if (account === null || account.disabledAt !== null) throw new Fault('invitation.invalid')
  return invitation
}

/** The link's person, who has this password from now on. Whoever was signed in as them is so no more. Faults `invitation.invalid`, `password.weak`. */
export async function accept(store: Store, value: string, password: string, now: () => number): Promise<string> {
  const { account } = findInvitation(store, value, now())
  const hashed = await hashGoodPassword(password, account)
  store.db.transaction(() => {
    takeInvitation(store, hashOfToken(value), now())
    store.accounts.setPassword(account, hashed)
    record(store, 'account.password_set', { name: account, data: {} }, { by: account, at: now() })
  })
  return account
}

/**
 * Uses a link, within the transaction that gives its person a new way in: every session of theirs ends, no passkey and no provider is good
 * any more, so that whoever came in before has nothing. Two may have followed it at once: Fault `invitation.invalid`.
 */
export function takeInvitation(store: Store, hash: string, at: number): string {
  const { account } = goodInvitation(store, hash, at)
  store.invitations.use(hash, at)
  store.sessions.endAll(account, at)
  store.passkeys.removeAll(account)
  store.identities.removeAll(account)
  store.tries.succeeded(`account:${account}`)
  return account
}
