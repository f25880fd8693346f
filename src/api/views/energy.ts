import { z } from 'zod'
import { list, text } from './basics.ts'

/** An estimate, likely to be between `low` and `high`. */
export const energy = z.object({
  joules: z.number(),
  low: z.number(),
  high: z.number(),
  /** Of CO2e in all: `gridGrams`, by the grid, and `madeGrams`, the share of making the machine. */
  grams: z.number(),
  gridGrams: z.number(),
  madeGrams: z.number(),
  /** How the watts are known: counted by the processor, set by an admin, by a table for its kind, or the middle of that table. */
  basis: z.enum(['counted', 'set', 'table', 'middle']),
})
export type EnergyView = z.infer<typeof energy>

/** A part of a job and what it took; null is not known. */
export const lap = z.object({
  job: text,
  attempt: z.int(),
  /** Which of the job's steps, from 0; null for what the runner does for all of them. */
  step: z.int().nullable(),
  name: text,
  durationMs: z.int(),
  cpuMs: z.int().nullable(),
  /** How many cores were at work on average. */
  cores: z.number().nullable(),
  watts: z.number().nullable(),
  energy: energy.nullable(),
})
export type LapView = z.infer<typeof lap>

/** What has no samples is null. `n`: how many runs. */
const spent = z.object({
  total: energy.nullable(),
  perRun: z.object({ medianJoules: z.number().nullable(), n: z.int() }),
})

/** Of all that was run for a project, wherever it went. */
export const energyInsights = z.object({
  now: spent,
  before: spent,
  days: list(z.object({ day: text, joules: z.number(), grams: z.number(), runs: z.int() })),
})
export type EnergyInsightsView = z.infer<typeof energyInsights>
