import { z } from 'zod'
import { at, list, text } from './basics.ts'
import { outcome } from './common.ts'
import { energy, lap } from './energy.ts'
import { lack } from './variables.ts'

export const job = z.object({
  name: text,
  kind: z.enum(['check', 'build']),
  needs: list(text),
  state: z.enum(['waiting', 'ready', 'finished']),
  attempt: z.int(),
  outcome: outcome.or(z.literal('skipped')).nullable(),
  reason: text.nullable(),
  startedAt: at.nullable(),
  finishedAt: at.nullable(),
})
export type JobView = z.infer<typeof job>

export const run = z.object({
  id: text,
  project: text,
  event: text,
  commit: text,
  branch: text.nullable(),
  title: text,
  by: text,
  createdAt: at,
  finishedAt: at.nullable(),
  /** A change that somebody proposes; null for what is in branches and tags. */
  proposal: z
    .object({ branch: text, topic: text, base: text, trust: z.enum(['trusted', 'external']), isHeld: z.boolean() })
    .nullable(),
  /** `waiting` = for somebody to agree that a proposal from outside is run. */
  state: z.enum(['waiting', 'running', 'finished']),
  expiresAt: at.nullable(),
  outcome: outcome.nullable(),
  reason: text.nullable(),
  jobs: list(job),
})
export type RunView = z.infer<typeof run>

export const runDetail = run.extend({
  /** What environments lack of what the commit requires, as it is now. */
  lacks: list(lack),
  /** Files with migrations that the change touches. */
  migrations: list(text),
  /** What its jobs took, in the order in which they ended; all tries. */
  laps: list(lap),
  /** All laps together. */
  energy: energy.nullable(),
})
export type RunDetailView = z.infer<typeof runDetail>

export const logLine = z.object({
  /** The byte of the log at which it begins. */
  at: z.int(),
  /** Since the job's start. */
  ms: z.number(),
  step: z.int().nullable(),
  /** `o` standard output, `e` standard error, `s` what Signalbox itself says. */
  stream: z.enum(['o', 'e', 's']),
  text,
})

/** Whole lines; the next piece begins at byte `next`. */
export const logPart = z.object({ offset: z.int(), next: z.int(), lines: list(logLine) })
export type LogLineView = z.infer<typeof logLine>
export type LogPartView = z.infer<typeof logPart>

/** Lines that hold what was looked for; to go on from byte `next`, null when the log was read to its end. */
export const logHits = z.object({ lines: list(logLine), next: z.int().nullable() })
export type LogHitsView = z.infer<typeof logHits>
