import { Fault } from '../lib/fault.ts'
import type { Store } from '../store/store.ts'
import type { Token } from '../store/tokens.ts'
import { newToken } from '../system/random.ts'
import { hashOfToken } from './auth.ts'

export interface NewToken {
  readonly name: string
  readonly scope: Token['scope']
  readonly roles?: readonly string[] | undefined
  /** Null: until it is revoked. */
  readonly forMs: number | null
}

export interface Doing {
  readonly by: string
  readonly at: number
}

/** Makes a token, recorded; its value is in nobody's hands but the caller's. Fault `token.exists`. */
export function createToken(
  store: Store,
  { name, scope, roles = [], forMs }: NewToken,
  { by, at }: Doing,
): { readonly token: Token; readonly value: string } {
  const expiresAt = forMs === null ? null : at + forMs
  const token: Token = { name, scope, roles: inOrder(roles), createdAt: at, createdBy: by, expiresAt, revokedAt: null }
  // The prefix lets people and scanners of leaked secrets tell what it is.
  const value = `sbx_${newToken()}`
  store.db.transaction(() => {
    if (store.tokens.byName(name) !== null) throw new Fault('token.exists', { details: { name } })
    store.tokens.add(token, hashOfToken(value))
    store.facts.append(
      { kind: 'token.created', project: null, subject: name, by, data: { scope, roles: token.roles, expiresAt } },
      at,
    )
  })
  return { token, value }
}

/** From now on the person is this to the team, also where a yes of theirs is counted that was given before. Fault `token.unknown`. */
export function setTokenRoles(store: Store, name: string, { roles, by, at }: Doing & Pick<Token, 'roles'>): Token {
  return store.db.transaction(() => {
    const token = store.tokens.byName(name)
    if (token === null || token.revokedAt !== null) throw new Fault('token.unknown', { details: { name } })
    const now = inOrder(roles)
    store.tokens.setRoles(name, now)
    const data = { from: token.roles, to: now }
    store.facts.append({ kind: 'token.roles_changed', project: null, subject: name, by, data }, at)
    return { ...token, roles: now }
  })
}

/** Worthless from now on, also on streams that are open. Faults `token.unknown`, `token.last_admin`. */
export function revokeToken(store: Store, name: string, { by, at }: Doing): void {
  store.db.transaction(() => {
    const token = store.tokens.byName(name)
    if (token === null || token.revokedAt !== null) throw new Fault('token.unknown', { details: { name } })
    if (isLastAdmin(store, token, at)) throw new Fault('token.last_admin', { details: { name } })
    store.tokens.revoke(name, at)
    store.facts.append({ kind: 'token.revoked', project: null, subject: name, by, data: {} }, at)
  })
}

function inOrder(roles: readonly string[]): readonly string[] {
  return [...new Set(roles)].sort()
}

/** Nobody could make another one. */
function isLastAdmin({ tokens }: Store, { name, scope }: Token, at: number): boolean {
  const others = tokens.list().filter((each) => each.name !== name && each.scope === 'admin')
  const isGood = (each: Token) => each.revokedAt === null && (each.expiresAt === null || each.expiresAt > at)
  return scope === 'admin' && !others.some(isGood)
}
