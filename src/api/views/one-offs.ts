import { z } from 'zod'
import { at, list, text } from './basics.ts'
import { outcome, releaseRef } from './common.ts'

export const oneOff = z.object({
  id: text,
  project: text,
  track: text,
  release: releaseRef,
  command: list(text),
  by: text,
  createdAt: at,
  finishedAt: at.nullable(),
  state: z.enum(['waiting', 'finished']),
  outcome: outcome.nullable(),
  reason: text.nullable(),
  exitCode: z.int().nullable(),
  limitMs: z.int(),
})
export type OneOffView = z.infer<typeof oneOff>
