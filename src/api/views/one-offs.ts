import { z } from 'zod'
import { at, list, text } from './basics.ts'
import { outcome, releaseRef } from './common.ts'
import { answering, approval } from './deployments.ts'
import { energy } from './energy.ts'

const result = z.object({ instance: text, exitCode: z.int().nullable(), reason: text.nullable() })

/** What people say yes to, by its hash. */
export const oneOffPlan = z.object({
  hash: text,
  track: text,
  version: text,
  variables: z.int(),
  name: text.nullable(),
  command: list(text),
  destructive: z.boolean(),
  /** Instances it runs on, one after another; none = once, beside them. */
  instances: list(text),
  limitMs: z.int(),
  /** Somebody will sit at it, and nobody knows yet what they will type. */
  console: z.boolean(),
  /** How many people must say yes before it runs. */
  approvals: z.int(),
  /** Whether it has a way of only telling what it would do. */
  canDryRun: z.boolean(),
})
export type OneOffPlanView = z.infer<typeof oneOffPlan>

export const oneOff = z.object({
  id: text,
  project: text,
  track: text,
  release: releaseRef,
  command: list(text),
  /** The app's name for it; null when its words were typed. */
  name: text.nullable(),
  destructive: z.boolean(),
  dryRun: z.boolean(),
  instances: list(text),
  /** The time of the schedule that started it. */
  tick: at.nullable(),
  by: text,
  comment: text.nullable(),
  createdAt: at,
  startedAt: at.nullable(),
  finishedAt: at.nullable(),
  /** `waiting` = for people. */
  state: z.enum(['waiting', 'started', 'finished']),
  expiresAt: at.nullable(),
  outcome: outcome.nullable(),
  reason: text.nullable(),
  exitCode: z.int().nullable(),
  results: list(result),
  limitMs: z.int(),
  /** It has a terminal, and somebody who sits at it. */
  console: z.boolean(),
})

export const consolePiece = z.object({
  offset: z.int(),
  next: z.int(),
  /** What is to be shown, in base64. */
  shown: text,
})
export type ConsolePieceView = z.infer<typeof consolePiece>
export type OneOffView = z.infer<typeof oneOff>

export const oneOffDetail = oneOff.extend({
  /** While it waits for people: what it would do now. */
  plan: oneOffPlan.nullable(),
  approvals: list(approval),
  /** What it took; null where its target does not tell, or it has not ended. */
  energy: energy.nullable(),
  /** What is in the way of the account that asks, should it do that; null: nothing is. */
  obstacles: answering.extend({ cancel: text.nullable() }),
})
export type OneOffDetailView = z.infer<typeof oneOffDetail>

export const schedule = z.object({
  track: text,
  name: text,
  cron: text,
  timezone: text,
  overlap: z.enum(['skip', 'queue', 'allow']),
  /** Null while it is paused. */
  nextAt: at.nullable(),
  paused: z.object({ by: text, reason: text, at }).nullable(),
  last: oneOff.nullable(),
})
export type ScheduleView = z.infer<typeof schedule>
