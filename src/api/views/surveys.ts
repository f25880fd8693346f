import { z } from 'zod'
import { at, list, text } from './basics.ts'
import { releaseRef } from './common.ts'
import { pendingMigration } from './deployments.ts'

export const survey = z.object({
  id: text,
  project: text,
  track: text,
  release: releaseRef,
  by: text,
  createdAt: at,
  finishedAt: at.nullable(),
  state: z.enum(['waiting', 'finished']),
  /** Null while nobody has looked, or nobody could tell. */
  pending: list(pendingMigration).nullable(),
  /** Why nobody could tell. */
  problem: text.nullable(),
})
export type SurveyView = z.infer<typeof survey>
