import { Fault } from '../lib/fault.ts'
import type { Store } from '../store/store.ts'
import type { Token } from '../store/tokens.ts'
import { newToken } from '../system/random.ts'
import { hashOfToken } from './auth.ts'

export interface NewToken {
  readonly name: string
  readonly scope: Token['scope']
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
  { name, scope, forMs }: NewToken,
  { by, at }: Doing,
): { readonly token: Token; readonly value: string } {
  const expiresAt = forMs === null ? null : at + forMs
  const token: Token = { name, scope, createdAt: at, createdBy: by, expiresAt, revokedAt: null }
  // The prefix lets people and scanners of leaked secrets tell what it is.
  const value = `sbx_${newToken()}`
  store.db.transaction(() => {
    if (store.tokens.byName(name) !== null) throw new Fault('token.exists', { details: { name } })
    store.tokens.add(token, hashOfToken(value))
    store.facts.append({ kind: 'token.created', project: null, subject: name, by, data: { scope, expiresAt } }, at)
  })
  return { token, value }
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

/** Nobody could make another one. */
function isLastAdmin({ tokens }: Store, { name, scope }: Token, at: number): boolean {
  const others = tokens.list().filter((each) => each.name !== name && each.scope === 'admin')
  const isGood = (each: Token) => each.revokedAt === null && (each.expiresAt === null || each.expiresAt > at)
  return scope === 'admin' && !others.some(isGood)
}
