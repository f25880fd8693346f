import { z } from 'zod'
import { at, list, text } from './basics.ts'

/** One that a person has put up. */
export const freeze = z.object({ id: text, environment: text, by: text, reason: text, from: at, until: at })
export type FreezeView = z.infer<typeof freeze>

export const freezeOverride = z.object({ by: text, reason: text, until: at })
export type FreezeOverrideView = z.infer<typeof freezeOverride>

export const freezeStatus = z.object({
  /** What keeps the environment frozen at this moment; `id` and `by` null: a window of signalbox.yml. */
  now: z.object({ id: text.nullable(), by: text.nullable(), reason: text, until: at }).nullable(),
  declared: list(freeze),
  override: freezeOverride.nullable(),
})
export type FreezeStatusView = z.infer<typeof freezeStatus>
