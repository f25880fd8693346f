import { utcMinute } from '../lib/utc.ts'
import { openUntil } from './cron.ts'
import type { FreezeSpec } from './spec.ts'

/** A time in which nothing is deployed to an environment, put up by a person; those of the configuration come by the clock. */
export interface Freeze {
  readonly id: string
  readonly environment: string
  readonly by: string
  readonly reason: string
  readonly from: number
  readonly until: number
}

/** A person's word that deployments may go although an environment is frozen, with a reason, for a while. */
export interface FreezeOverride {
  readonly by: string
  readonly reason: string
  readonly until: number
}

/** What keeps an environment frozen at a moment, and when it ends. `id` and `by` null: the configuration. */
export interface Frozen {
  readonly id: string | null
  readonly by: string | null
  readonly reason: string
  readonly until: number
}

/** Of several at once the one that ends last; null when nothing is frozen. */
export function frozenAt(now: number, windows: readonly FreezeSpec[], freezes: readonly Freeze[]): Frozen | null {
  const configured = windows.flatMap((window) => {
    const until = openUntil(window, now)
    return until === null || until <= now ? [] : [{ id: null, by: null, reason: window.reason, until }]
  })
  const declared = freezes.filter(({ from, until }) => from <= now && now < until)
  return [...configured, ...declared].reduce<Frozen | null>(
    (last, { id, by, reason, until }) => (last === null || until > last.until ? { id, by, reason, until } : last),
    null,
  )
}

/** `frozen until 2026-11-27 08:00 UTC: weekend` */
export function frozenSentence({ by, reason, until }: Frozen): string {
  return `frozen${by === null ? '' : ` by ${by}`} until ${utcMinute(until)}: ${reason}`
}
