import type { OneOffPlan, OneOffRun } from '../domain/one-off.ts'
import type { Track } from '../domain/track.ts'
import type { Store } from '../store/store.ts'
import { draftOneOff, needsPeople, type OneOffWish } from './actions/one-offs.ts'
import { contextOf } from './context.ts'
import { currentOneOffPlan, oneOffPlan } from './one-offs.ts'

/** What a command would do, and what it takes to have it done. */
export interface PlannedOneOff {
  readonly plan: OneOffPlan
  readonly hash: string
  /** How many people must say yes. */
  readonly approvals: number
  readonly canDryRun: boolean
}

/** What can be read of one-off commands. Nothing here changes anything. */
export class OneOffQueries {
  readonly #store: Store

  constructor(store: Store) {
    this.#store = store
  }

  /** Of a command that nobody has asked for yet. A tick that is missing is told by the plan, not refused. */
  plan(track: Track, wish: OneOffWish, by: string): PlannedOneOff {
    const asked = { wish: { ...wish, destructive: true }, asked: { by } }
    const { app, environment, draft } = draftOneOff({ store: this.#store }, track, asked)
    const named = [...app.commands, ...app.schedules].find(({ name }) => name === draft.name)
    const destructive = draft.dryRun ? false : (named?.destructive ?? wish.destructive === true)
    return {
      ...oneOffPlan({ ...draft, destructive, track: track.id }, draft.context),
      approvals: needsPeople(environment, draft) ? environment.protection.approvals : 0,
      canDryRun: (named?.dryRun ?? null) !== null,
    }
  }

  /** Of one that waits; null when nothing is live any more for it to run in. */
  planOf(oneOff: OneOffRun): PlannedOneOff | null {
    const now = currentOneOffPlan(this.#store, oneOff)
    if (now === null) return null
    const { environment } = contextOf(this.#store, oneOff)
    return { ...now, approvals: environment.protection.approvals, canDryRun: false }
  }
}
