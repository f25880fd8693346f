import { Fault } from '../../lib/fault.ts'
import type { Identity } from '../../store/identities.ts'
import type { Store } from '../../store/store.ts'
import { type Doing, record } from './accounts.ts'
import { newChallenge, takeChallenge } from './challenges.ts'
import { takeInvitation } from './invitations.ts'
import type { Known, Provider, Providers, Sent } from './providers.ts'

export interface IdentityParts {
  readonly store: Store
  readonly now: () => number
  readonly providers: Providers
}

/** What somebody was sent to a provider for: to sign in, to link it to the account they are in, or to follow an invitation. */
export type Purpose =
  | { readonly to: 'enter' }
  | { readonly to: 'link'; readonly session: number }
  | { readonly to: 'join'; readonly invitation: string }
  | { readonly to: 'confirm'; readonly session: number; readonly back: string }

interface Journey {
  readonly provider: string
  readonly sent: Sent
  readonly purpose: Purpose
}

const kind = 'provider'

/** Where to send their browser; `cookie` makes sure that it is this one that comes back. Faults `provider.*`. */
export async function sendTo({ store, now, providers }: IdentityParts, provider: string, purpose: Purpose) {
  const { url, sent } = await providers.begin(provider, purpose.to === 'confirm')
  return { url, cookie: newChallenge(store, kind, { provider, sent, purpose } satisfies Journey, now()) }
}

export interface Back {
  readonly provider: string
  readonly cookie: string
  /** What stands in the address they came back to. */
  readonly search: string
}

/** Who came back, and what for: once. Faults `provider.lost`, `provider.refused`, `provider.unreachable`. */
export async function cameBack({ store, now, providers }: IdentityParts, { provider, cookie, search }: Back) {
  const journey = takeChallenge(store, kind, cookie, now())?.data as Journey | undefined
  if (journey?.provider !== provider) throw new Fault('provider.lost')
  return { purpose: journey.purpose, known: await providers.end(provider, journey.sent, search) }
}

/** The account they are linked to, and never one that is only called the same. Fault `identity.unknown`. */
export function accountOf(store: Store, known: Known, at: number): string {
  return store.db.transaction(() => {
    const identity = store.identities.find(known)
    const account = identity === null ? null : store.accounts.get(identity.account)
    if (identity === null || account === null || account.disabledAt !== null) throw new Fault('identity.unknown')
    store.identities.used(identity.id, at)
    return account.name
  })
}

export interface WaysToConfirm {
  readonly password: boolean
  readonly passkey: boolean
  readonly providers: readonly Pick<Provider, 'name' | 'title'>[]
}

/** How somebody can show once more that it is them. A browser may still be signed in at a provider: that counts where there is nothing else. */
export function waysToConfirm({ store, providers }: IdentityParts, account: string): WaysToConfirm {
  const password = store.accounts.password(account) !== null
  const passkey = store.passkeys.of(account).length > 0
  const linked = store.identities.of(account).map(({ provider }) => provider)
  const others = password || passkey ? [] : providers.list.filter(({ name }) => linked.includes(name))
  return { password, passkey, providers: others }
}

/** "Already so" is success. Fault `identity.taken`. */
export function link(store: Store, known: Known, { by, at }: Doing): void {
  store.db.transaction(() => {
    const before = store.identities.find(known)
    if (before?.account === by) return
    if (before !== null) throw new Fault('identity.taken')
    store.identities.add({ ...known, account: by, createdAt: at })
    const { provider, label } = known
    record(store, 'account.identity_linked', { name: by, data: { provider, label } }, { by, at })
  })
}

/** The invitation's person, who comes by this provider and by nothing else from now on. Faults `invitation.invalid`, `identity.taken`. */
export function acceptAs(store: Store, invitation: string, known: Known, at: number): string {
  return store.db.transaction(() => {
    const account = takeInvitation(store, invitation, at)
    store.accounts.setPassword(account, null)
    link(store, known, { by: account, at })
    return account
  })
}

/** Fault `identity.not_yours`. */
export function unlink(store: Store, id: number, { by, at }: Doing): Identity {
  return store.db.transaction(() => {
    const identity = store.identities.of(by).find((each) => each.id === id)
    if (identity === undefined) throw new Fault('identity.not_yours', { details: { identity: id } })
    store.identities.remove(id)
    const { provider, label } = identity
    record(store, 'account.identity_unlinked', { name: by, data: { provider, label } }, { by, at })
    return identity
  })
}
