import type { Actions } from '../engine/actions.ts'
import type { Queries } from '../engine/queries.ts'
import type { Clock } from '../lib/clock.ts'
import type { Repositories } from '../sources/source.ts'
import type { Store } from '../store/store.ts'
import type { JobLogs } from '../system/job-logs.ts'
import type { Feed } from './feed.ts'

/** What the handlers of the API work with. */
export interface ApiParts {
  readonly actions: Actions
  readonly queries: Queries
  /** For reading. What changes something goes through `actions`; tokens are this folder's own. */
  readonly store: Store
  readonly repositories: Repositories
  readonly jobLogs: Pick<JobLogs, 'read' | 'follow'>
  readonly feed: Feed
  readonly clock: Clock
  /** Where people reach this server. */
  readonly baseUrl: string
  /** This program's version. */
  readonly version: string
  /** What of the server's own lies on a disk that is full. */
  fullPlaces(): Promise<readonly string[]>
}
