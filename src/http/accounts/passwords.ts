import { Fault } from '../../lib/fault.ts'
import type { Store } from '../../store/store.ts'
import { hashPassword } from '../../system/passwords.ts'
import { record } from './accounts.ts'
import { weaknessOf } from './password-rules.ts'
import { mustKnowPassword } from './sign-in.ts'

/** Fault `password.weak`. */
export async function hashGoodPassword(password: string, account: string): Promise<string> {
  const problem = weaknessOf(password, account)
  if (problem !== null) throw new Fault('password.weak', { details: { problem } })
  return await hashPassword(password)
}

export interface Change {
  readonly account: string
  /** Where it is asked from, which stays signed in; null: by a token. */
  readonly session: number | null
  readonly old: string
  readonly wanted: string
}

/** All other sessions end. Faults `sign_in.refused` (the old one is not right), `sign_in.too_often`, `password.weak`. */
export async function changePassword(store: Store, change: Change, now: () => number): Promise<void> {
  const { account, session, old, wanted } = change
  const before = store.accounts.password(account)
  await mustKnowPassword(store, { name: account, password: old }, null, now)
  const hashed = await hashGoodPassword(wanted, account)
  store.db.transaction(() => {
    // A link may have set another one meanwhile, of which whoever asks knows nothing.
    if (store.accounts.password(account) !== before) throw new Fault('sign_in.refused')
    store.accounts.setPassword(account, hashed)
    store.sessions.endOthers(account, session, now())
    record(store, 'account.password_changed', { name: account, data: {} }, { by: account, at: now() })
  })
}
