import type { Clock } from '../../lib/clock.ts'
import type { Log } from '../../lib/log.ts'
import type { Store } from '../../store/store.ts'
import type { Providers } from '../accounts/providers.ts'
import type { Gatekeeper } from '../auth.ts'
import type { Handlers } from '../handlers.ts'
import type { Newest } from '../newest.ts'
import type { OpenStreams } from '../open-streams.ts'
import type { Viewers } from '../viewers.ts'
import type { Assets } from './assets.ts'

export interface DashboardParts {
  readonly store: Store
  readonly handlers: Handlers
  readonly gatekeeper: Gatekeeper
  readonly viewers: Viewers
  readonly assets: Assets
  /** Through which people may sign in. */
  readonly providers: Providers
  readonly newest: Newest
  readonly openStreams: OpenStreams
  readonly clock: Clock
  readonly now: () => number
  readonly log: Log
  readonly baseUrl: string
  readonly stopping: AbortSignal
}
