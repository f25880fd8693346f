import { z } from 'zod'
import { at, list, text } from './basics.ts'
import { releaseRef } from './common.ts'
import { plan } from './deployments.ts'

/** A release that was live here once. */
export const wayBack = z.object({
  track: text,
  release: releaseRef,
  title: text,
  /** The deployment with which it was live last. */
  lastBy: text,
  lastAt: at,
  /** Why one cannot go back to it; empty when one can. */
  obstacles: list(text),
  /** What should be known before. */
  warnings: list(text),
})
export type WayBackView = z.infer<typeof wayBack>

export const rollbackPlan = z.object({
  plan,
  warnings: list(text),
  /** Why a reason has to be given; null when none is needed. */
  reasonNeeded: text.nullable(),
})
export type RollbackPlanView = z.infer<typeof rollbackPlan>

export const revertMade = z.object({
  branch: text,
  commit: text,
  reverts: text,
  onto: text,
})
export type RevertMadeView = z.infer<typeof revertMade>
