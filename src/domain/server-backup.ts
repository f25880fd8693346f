/** What of a server a backup holds, and which backups are kept. Pure. */

export interface KeptFile {
  readonly sha256: string
  readonly bytes: number
}

/** One project's repository. */
export interface KeptRepository {
  readonly project: string
  /** The branch that HEAD names: `refs/heads/main`. */
  readonly head: string
  /** Of all its refs and where they point: the same means that nothing was pushed. */
  readonly refs: string
  /** Null when it has no commit yet. */
  readonly bundle: KeptFile | null
}

/** The log of one attempt or command, below the folder of logs. */
export interface KeptLog extends KeptFile {
  readonly path: string
  readonly modifiedAt: number
}

/** A backup of the server: what it holds, by checksum, and what made it. It is written last, so that what has one is whole. */
export interface ServerBackup {
  readonly name: string
  readonly takenAt: number
  /** Version of the program, and of the schema of its database. */
  readonly program: string
  readonly schema: number
  /** The public half of the key that its secrets are encrypted with; the key itself is in no backup. */
  readonly recipient: string | null
  /** The journal's last fact. */
  readonly journal: { readonly facts: number; readonly head: string }
  readonly database: KeptFile
  readonly repositories: readonly KeptRepository[]
  readonly artifacts: readonly KeptFile[]
  /** Archives of releases that the server itself had lost by then. */
  readonly lostArtifacts: readonly string[]
  /** Null: it was made without them. */
  readonly logs: readonly KeptLog[] | null
}

/** `2026-11-26T16-45-43.123Z`: names in order are backups in order. */
export function backupName(at: number): string {
  return new Date(at).toISOString().replaceAll(':', '-')
}

export function isBackupName(text: string): boolean {
  return /^\d{4}-\d\d-\d\dT\d\d-\d\d-\d\d\.\d{3}Z$/.test(text)
}

/** Every file it is made of, each once. */
export function filesOf({ database, repositories, artifacts, logs }: ServerBackup): readonly KeptFile[] {
  const bundles = repositories.flatMap(({ bundle }) => (bundle === null ? [] : [bundle]))
  const all = [database, ...bundles, ...artifacts, ...(logs ?? [])]
  return [...new Map(all.map(({ sha256, bytes }) => [sha256, { sha256, bytes }])).values()]
}

function bytesOf(backup: ServerBackup): number {
  return filesOf(backup).reduce((sum, { bytes }) => sum + bytes, 0)
}

/** What was found when a backup was read again after it had been taken. */
export interface Checked {
  readonly at: number
  /** Null: all of it is there, and is what it was. */
  readonly problem: string | null
}

/** What people are told of a backup. */
export interface BackupSummary {
  readonly name: string
  readonly takenAt: number
  readonly bytes: number
  readonly program: string
  readonly facts: number
  readonly projects: number
  readonly releases: number
  /** Null: it was made without them. */
  readonly logs: number | null
  /** Archives that the server itself had lost. */
  readonly lost: number
  /** Null: nobody has verified it since. */
  readonly checked: Checked | null
}

export function summaryOf(backup: ServerBackup, checked: Checked | null): BackupSummary {
  const { name, takenAt, program, journal, repositories, artifacts, logs, lostArtifacts } = backup
  return {
    ...{ name, takenAt, program, checked, bytes: bytesOf(backup), facts: journal.facts },
    ...{ projects: repositories.length, releases: artifacts.length, logs: logs?.length ?? null },
    lost: lostArtifacts.length,
  }
}

/** A folder of backups, as people are told of it. */
export interface BackupsSeen {
  /** Null: none is named. */
  readonly folder: string | null
  /** Null: only when somebody asks. */
  readonly everyMs: number | null
  readonly keep: number
  /** Newest first. */
  readonly backups: readonly BackupSummary[]
  /** Names of those whose manifest cannot be read, with what is wrong. */
  readonly unreadable: readonly { readonly name: string; readonly problem: string }[]
  /** Why the newest try came to nothing; null when it did not, or a backup was taken since. */
  readonly failed: { readonly at: number; readonly problem: string } | null
}

/** Oldest first. One from a time that has yet to come was taken by a clock that was wrong: nothing is older, for all we know. */
export function oldestFirst(names: readonly string[], now: number): readonly string[] {
  const order = Map.groupBy([...names].sort(), (name) => name > backupName(now))
  return [...(order.get(true) ?? []), ...(order.get(false) ?? [])]
}

/** Names of those that are too many, oldest first. */
export function surplus(names: readonly string[], { keep, now }: { keep: number; now: number }): readonly string[] {
  return oldestFirst(names, now).slice(0, Math.max(0, names.length - keep))
}

export interface DueInput {
  readonly now: number
  readonly everyMs: number
  /** When the newest was taken; null: never. */
  readonly newestAt: number | null
  /** When taking one failed last, after the newest; null: it did not. */
  readonly failedAt: number | null
}

/** Whether the newest is older than anybody would expect; where none is taken by itself, nothing is expected. */
export function isOverdue({
  now,
  everyMs,
  newestAt,
}: Omit<DueInput, 'failedAt' | 'everyMs'> & { everyMs: number | null }): boolean {
  return everyMs !== null && (newestAt === null || Math.abs(now - newestAt) > 2 * everyMs)
}

const againMs = 3_600_000

/** When the next one is to be taken. One that failed is tried again sooner; one from a time to come says nothing of today. */
export function dueAt({ now, everyMs, newestAt, failedAt }: DueInput): number {
  if (failedAt !== null && failedAt <= now) return failedAt + Math.min(everyMs, againMs)
  return newestAt === null || newestAt > now ? now : newestAt + everyMs
}
