import type { CheckupLine } from '../domain/checkup.ts'
import type { BackupSummary, BackupsSeen } from '../domain/server-backup.ts'
import type { Actions } from '../engine/actions.ts'
import type { Queries } from '../engine/queries.ts'
import type { Clock } from '../lib/clock.ts'
import type { Trouble } from '../lib/remembering-log.ts'
import type { Repositories } from '../sources/source.ts'
import type { Store } from '../store/store.ts'
import type { JobLogs } from '../system/job-logs.ts'
import type { Feed } from './feed.ts'
import type { Newest } from './newest.ts'
import type { OpenStreams } from './open-streams.ts'

/** What the handlers of the API work with. */
export interface ApiParts {
  readonly actions: Actions
  readonly queries: Queries
  /** For reading. What changes something goes through `actions`; tokens are this folder's own. */
  readonly store: Store
  readonly repositories: Repositories
  readonly jobLogs: Pick<JobLogs, 'read' | 'follow'>
  readonly feed: Feed
  readonly newest: Newest
  readonly clock: Clock
  /** Where people reach this server. */
  readonly baseUrl: string
  /** This program's version. */
  readonly version: string
  readonly itself: Itself
  readonly backups: Backups
  readonly openStreams: OpenStreams
}

/** What a server knows of itself and its machine. */
export interface Itself {
  readonly startedAt: number
  /** What of the server's own lies on a disk that is full. */
  fullPlaces(): Promise<readonly string[]>
  sizes(): Promise<Sizes>
  /** Whether it is well, looked at now. */
  checkup(): Promise<readonly CheckupLine[]>
  /** The newest lines of its log that told of trouble. */
  troubles(): readonly Trouble[]
}

/** Backups of the server. */
export interface Backups {
  seen(): Promise<BackupsSeen>
  take(by: string): Promise<BackupSummary>
  verify(name: string): Promise<BackupSummary>
}

export interface Sizes {
  readonly databaseBytes: number
  /** What may still be written where it lies. */
  readonly freeBytes: number
}
