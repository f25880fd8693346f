import type { Rank, Where } from '../../src/domain/role.ts'
import { startSession } from '../../src/http/accounts/sessions.ts'
import { hashOfToken, type Scope } from '../../src/http/auth.ts'
import type { Store } from '../../src/store/store.ts'

/** Everybody whom the tests of the engine speak of. */
const team = ['ada', 'grace', 'edsger', 'bob', 'eve', 'x', 'anybody', 'admin', 'test']

/** An account that has these roles, and no others, whatever it had before. */
export function person(
  store: Store,
  name: string,
  roles: readonly string[] = ['maintainer'],
  { project = null, environment = null }: Partial<Where> = {},
): void {
  const { accounts } = store
  if (accounts.get(name) === null) accounts.add({ name, kind: 'person', email: null, createdAt: 0, createdBy: 'test' })
  for (const each of accounts.grants(name)) accounts.withdraw(name, each)
  for (const role of roles) accounts.grant(name, { role, project, environment, grantedAt: 0, grantedBy: 'test' })
}

export function knownPeople(store: Store): void {
  for (const name of team) person(store, name)
}

/** The values of the tokens every test server knows; each is of an account with its name. */
export const tokens = {
  read: 'token-that-may-read',
  contribute: 'token-that-may-propose',
  deploy: 'token-that-may-deploy',
  maintain: 'token-that-may-maintain',
  admin: 'token-that-may-everything',
  expired: 'token-that-was-good-once',
} as const

const rankOf: Readonly<Record<keyof typeof tokens, Rank>> = {
  read: 'viewer',
  contribute: 'contributor',
  deploy: 'deployer',
  maintain: 'maintainer',
  admin: 'admin',
  expired: 'admin',
}

/** One token of each scope, with an account of that rank, and one that has expired. */
export function knownTokens(store: Store): void {
  for (const [name, value] of Object.entries(tokens)) {
    person(store, name, [rankOf[name as keyof typeof tokens]])
    const scope: Scope = name === 'expired' ? 'admin' : (name as Scope)
    tokenOf(store, name, { scope, value, expiresAt: name === 'expired' ? 1 : null })
  }
}

/** A token of the account with this name; gives its value. */
export function tokenOf(
  store: Store,
  account: string,
  given: { readonly scope?: Scope; readonly value?: string; readonly expiresAt?: number | null } = {},
): string {
  const { scope = 'admin', value = `token-of-${account}`, expiresAt = null } = given
  const name = store.tokens.byName(account) === null ? account : `${account}-${store.tokens.list().length}`
  store.tokens.add(
    { name, account, scope, project: null, createdAt: 0, createdBy: 'test', expiresAt },
    hashOfToken(value),
  )
  return value
}

/** The cookie of a browser in which this account has signed in, with a server that is reached by http. */
export function cookieOf(store: Store, account: string): string {
  return `signalbox=${startSession(store, account, { browser: 'test', address: '' }, Date.now())}`
}
