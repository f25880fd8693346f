import { Fault } from '../../lib/fault.ts'
import type { Store } from '../../store/store.ts'
import type { Token } from '../../store/tokens.ts'
import { newToken } from '../../system/random.ts'
import { hashOfToken } from '../auth.ts'
import { type Doing, findAccount } from './accounts.ts'

export interface NewToken {
  readonly name: string
  readonly account: string
  readonly scope: Token['scope']
  readonly project?: string | null
  /** Null: until it is revoked. */
  readonly forMs: number | null
}

/** The prefix lets people and scanners of leaked secrets tell what it is. */
export function newTokenValue(): string {
  return `sbx_${newToken()}`
}

/** Makes a token, recorded; its value is in nobody's hands but the caller's. Faults `token.exists`, `account.unknown`. */
export function createToken(
  store: Store,
  { name, account, scope, project = null, forMs }: NewToken,
  { by, at }: Doing,
  value = newTokenValue(),
): { readonly token: Token; readonly value: string } {
  const expiresAt = forMs === null ? null : at + forMs
  const token = { name, account, scope, project, createdAt: at, createdBy: by, expiresAt }
  store.db.transaction(() => {
    findAccount(store, account)
    if (store.tokens.byName(name) !== null) throw new Fault('token.exists', { details: { name } })
    store.tokens.add(token, hashOfToken(value))
    const data = { account, scope, expiresAt }
    store.facts.append({ kind: 'token.created', project, subject: name, by, data }, at)
  })
  return { token: { ...token, revokedAt: null, usedAt: null }, value }
}

/** Worthless from now on, also on streams that are open. Fault `token.unknown`. */
export function revokeToken(store: Store, name: string, { by, at }: Doing): void {
  store.db.transaction(() => {
    const token = store.tokens.byName(name)
    if (token === null || token.revokedAt !== null) throw new Fault('token.unknown', { details: { name } })
    store.tokens.revoke(name, at)
    const data = { account: token.account }
    store.facts.append({ kind: 'token.revoked', project: token.project, subject: name, by, data }, at)
  })
}
