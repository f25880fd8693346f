import { z } from 'zod'
import { at, list, text } from './basics.ts'

export const release = z.object({
  id: text,
  project: text,
  app: text,
  commit: text,
  version: text,
  digest: text,
  bytes: z.int(),
  run: text,
  title: text,
  createdAt: at,
  /** Null while its archive is kept. */
  discardedAt: at.nullable(),
  /** Environments in which it is live. */
  liveIn: list(text),
})
export type ReleaseView = z.infer<typeof release>
