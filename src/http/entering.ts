import type { Context } from 'hono'
import type { Store } from '../store/store.ts'
import { endSession, startSession } from './accounts/sessions.ts'
import type { Env } from './env.ts'
import { browserOf, type Viewers } from './viewers.ts'

export interface EnterParts {
  readonly store: Store
  readonly now: () => number
  readonly viewers: Viewers
}

/** Signs somebody in in this browser: with a new cookie, and what it had before is worth nothing, whoever put it there. */
export function enter(context: Context<Env>, { store, now, viewers }: EnterParts, account: string): void {
  leave(context, { store, now, viewers })
  viewers.enter(context, startSession(store, account, browserOf(context), now()))
}

export function leave(context: Context<Env>, { store, now, viewers }: EnterParts): void {
  const before = viewers.of(context)
  if (before === null || before.session === null) return
  endSession(store, { id: before.session.id, account: before.name }, { by: before.name, at: now() })
}
