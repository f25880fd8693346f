import { z } from 'zod'
import { at, list, text } from './basics.ts'

export const serverStatus = z.object({
  version: text,
  /** The server's own clock. */
  at,
  startedAt: at,
  uptimeMs: z.int(),
  databaseBytes: z.int(),
  /** What may still be written where the database lies. */
  freeBytes: z.int(),
  /** Viewers who are shown something that goes on. */
  openStreams: z.int(),
  /** Commands that are decided and not done. */
  outbox: z.int(),
  /** Of these the one that has been due for longest, and that nobody works on. */
  oldestDue: z.object({ kind: text, subject: text, dueAt: at, tries: z.int() }).nullable(),
  /** The newest lines of the server's log that told of trouble, since it was started. */
  troubles: list(z.object({ at, level: z.enum(['warn', 'error']), sentence: text, code: text.nullable() })),
})
export type ServerStatusView = z.infer<typeof serverStatus>

export const checkupLine = z.object({
  what: text,
  state: z.enum(['ok', 'warn', 'fail']),
  found: text,
  /** Null where there is nothing to do. */
  todo: text.nullable(),
})
export type CheckupLineView = z.infer<typeof checkupLine>
