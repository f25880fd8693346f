import { z } from 'zod'
import { at, list, text } from './basics.ts'
import { energyInsights } from './energy.ts'

/** What is null has no samples. `n`: how many there are. */
export const measures = z.object({
  /** Deployments that put other commits live. */
  frequency: z.object({ perWeek: z.number().nullable(), n: z.int() }),
  /** From the push that brought a commit to when it was live. */
  leadTime: z.object({ medianMs: at.nullable(), p90Ms: at.nullable(), n: z.int() }),
  failRate: z.object({
    /** 0.25 is a quarter. */
    rate: z.number().nullable(),
    n: z.int(),
    failed: z.int(),
    causes: z.object({ failed: z.int(), errored: z.int(), rolled_back: z.int(), reverted: z.int() }),
  }),
  /** `open`: not good again yet. */
  recovery: z.object({ medianMs: at.nullable(), n: z.int(), open: z.int() }),
})
export type MeasuresView = z.infer<typeof measures>

const measured = {
  now: measures,
  before: measures,
  /** In UTC, also those on which nothing happened. */
  days: list(z.object({ day: text, deployments: z.int(), failed: z.int() })),
}

const period = z.object({ from: at, to: at })

export const insights = z.object({
  period,
  before: period,
  projects: list(
    z.object({
      name: text,
      ...measured,
      tracks: list(z.object({ track: text, app: text, environment: text, ...measured })),
      energy: energyInsights,
    }),
  ),
})
export type InsightsView = z.infer<typeof insights>
