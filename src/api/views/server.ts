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

export const backup = z.object({
  name: text,
  takenAt: at,
  bytes: z.int(),
  /** Version of the program that took it. */
  program: text,
  facts: z.int(),
  projects: z.int(),
  releases: z.int(),
  /** Null: it was made without them. */
  logs: z.int().nullable(),
  /** Archives of releases that the server had lost by then. */
  lost: z.int(),
  /** Null: nobody has verified it since it was taken. */
  checked: z.object({ at, problem: text.nullable() }).nullable(),
})
export type BackupView = z.infer<typeof backup>

export const backups = z.object({
  /** Null: none is named. */
  folder: text.nullable(),
  /** Null: only when somebody asks. */
  everyMs: z.int().nullable(),
  keep: z.int(),
  /** Newest first. */
  backups: list(backup),
  /** Those whose manifest cannot be read. */
  unreadable: list(z.object({ name: text, problem: text })),
  /** Why the newest try came to nothing; null when it did not. */
  failed: z.object({ at, problem: text }).nullable(),
})
export type BackupsView = z.infer<typeof backups>

export const checkupLine = z.object({
  what: text,
  state: z.enum(['ok', 'warn', 'fail']),
  found: text,
  /** Null where there is nothing to do. */
  todo: text.nullable(),
})
export type CheckupLineView = z.infer<typeof checkupLine>
