import type { Session } from '../../store/sessions.ts'
import type { Store } from '../../store/store.ts'
import { newToken } from '../../system/random.ts'
import { hashOfToken, type Principal } from '../auth.ts'
import { noteSeen } from '../seen.ts'
import { type Doing, record } from './accounts.ts'

const DAY_MS = 86_400_000
/** Unused for so long, or this old, a session is over whatever its cookie says. */
const IDLE_MS = 7 * DAY_MS
const LONGEST_MS = 30 * DAY_MS
/** So long nobody is asked again whether it is still them. */
const CONFIRMED_MS = 10 * 60_000

/** Who is behind the cookie; null when it is good for nothing. */
export type SignedIn = (hash: string) => Principal | null

/** Looks at the store each time: whoever is disabled, or whose role changes, is that at once. */
export function signedIn(store: Store, now: () => number): SignedIn {
  return (hash) => {
    const session = store.sessions.byHash(hash)
    if (session === null || !isGood(session, now())) return null
    const account = store.accounts.get(session.account)
    if (account === null || account.disabledAt !== null) return null
    noteSeen(session.seenAt, now(), () => store.sessions.seen(session.id, now()))
    return {
      name: account.name,
      scope: 'admin',
      grants: store.accounts.grants(account.name),
      limit: null,
      hash,
      session: { id: session.id, isConfirmed: now() < session.confirmedAt + CONFIRMED_MS },
    }
  }
}

export interface Browser {
  /** What it says of itself. */
  readonly browser: string
  /** Where it comes from. */
  readonly address: string
}

/** The value is for the cookie alone. */
export function startSession(store: Store, account: string, { browser, address }: Browser, at: number): string {
  const value = newToken()
  store.db.transaction(() => {
    const session = { account, createdAt: at, browser: browser.slice(0, 200), address }
    const id = store.sessions.start(session, hashOfToken(value))
    record(store, 'session.started', { name: account, data: { session: id, address } }, { by: account, at })
  })
  return value
}

/** Whoever sits there has shown once more that it is them: a new value for the cookie, and the old one is worth nothing. */
export function confirmSession(store: Store, { id, account }: Pick<Session, 'id' | 'account'>, at: number): string {
  const value = newToken()
  store.db.transaction(() => {
    store.sessions.confirmed(id, hashOfToken(value), at)
    record(store, 'session.confirmed', { name: account, data: { session: id } }, { by: account, at })
  })
  return value
}

export function endSession(store: Store, { id, account }: Pick<Session, 'id' | 'account'>, doing: Doing): void {
  store.db.transaction(() => {
    store.sessions.end(id, doing.at)
    record(store, 'session.ended', { name: account, data: { session: id } }, doing)
  })
}

/** All of theirs; how many those were. */
export function endSessions(store: Store, account: string, doing: Doing): number {
  return store.db.transaction(() => {
    const count = store.sessions.endAll(account, doing.at)
    if (count > 0) record(store, 'session.ended', { name: account, data: { sessions: count } }, doing)
    return count
  })
}

export function isGood({ createdAt, seenAt, endedAt }: Session, now: number): boolean {
  return endedAt === null && now < seenAt + IDLE_MS && now < createdAt + LONGEST_MS
}
